import { z } from 'zod';

/** Pages of one region: the first, and how many. */
export const pageRangeSchema = z.object({ firstPage: z.int().nonnegative(), pageCount: z.int().positive() });
export type PageRange = z.infer<typeof pageRangeSchema>;

/** The advice of madvise(2) that operations use; more join as experiments need them. */
export const adviceSchema = z.enum([
  'MADV_NOHUGEPAGE',
  'MADV_HUGEPAGE',
  'MADV_DONTNEED',
  'MADV_DONTDUMP',
  'MADV_DODUMP',
]);
export type Advice = z.infer<typeof adviceSchema>;

/** How a touch reaches a page: a store makes a page of its own, a load maps the shared zero page. */
export const accessSchema = z.enum(['write', 'read']);
export type Access = z.infer<typeof accessSchema>;

/**
 * One act on pages of a region, as data: the log, the page map, the C program and the recording are all made from it.
 * `touch` names its pages one by one, since their order is what some experiments are about.
 */
export const operationSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('touch'),
    access: accessSchema,
    pages: z
      .array(z.int().nonnegative())
      .min(1)
      .max(1 << 20),
  }),
  z.object({ kind: z.literal('mincore'), range: pageRangeSchema }),
  z.object({ kind: z.literal('madvise'), advice: adviceSchema, range: pageRangeSchema }),
  z.object({ kind: z.literal('mlock'), range: pageRangeSchema }),
  z.object({ kind: z.literal('munlock'), range: pageRangeSchema }),
]);
export type Operation = z.infer<typeof operationSchema>;
