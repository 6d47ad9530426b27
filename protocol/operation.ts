import { z } from 'zod';
import { protectionSchema } from './mapping.ts';

/** Pages of one region: the first, and how many. */
export const pageRangeSchema = z.object({ firstPage: z.int().nonnegative(), pageCount: z.int().positive() });
export type PageRange = z.infer<typeof pageRangeSchema>;

/** Bytes of one region, for calls that round to pages by themselves and for those that refuse what is not aligned. */
export const byteRangeSchema = z.object({ offset: z.int().nonnegative(), length: z.int().positive() });

const rangeSchema = z.union([pageRangeSchema, byteRangeSchema]);
export type Range = z.infer<typeof rangeSchema>;

/** The advice of madvise(2) that operations use. */
export const adviceSchema = z.enum([
  'MADV_NORMAL',
  'MADV_RANDOM',
  'MADV_SEQUENTIAL',
  'MADV_WILLNEED',
  'MADV_DONTNEED',
  'MADV_FREE',
  'MADV_HUGEPAGE',
  'MADV_NOHUGEPAGE',
  'MADV_DONTDUMP',
  'MADV_DODUMP',
  'MADV_COLD',
  'MADV_PAGEOUT',
  'MADV_POPULATE_READ',
  'MADV_POPULATE_WRITE',
  'MADV_COLLAPSE',
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
  z.object({ kind: z.literal('mincore'), range: rangeSchema }),
  z.object({ kind: z.literal('madvise'), advice: adviceSchema, range: rangeSchema }),
  z.object({ kind: z.literal('mlock'), range: rangeSchema }),
  /** mlock2(2) with `MLOCK_ONFAULT` (Linux 4.4); without it mlock2 is mlock. */
  z.object({ kind: z.literal('mlock2'), onFault: z.boolean(), range: rangeSchema }),
  z.object({ kind: z.literal('munlock'), range: rangeSchema }),
  z.object({ kind: z.literal('mprotect'), protection: protectionSchema, range: pageRangeSchema }),
  /** Zeroes, so that no compiler leaves it out. explicit_bzero(3) */
  z.object({ kind: z.literal('explicit_bzero'), range: rangeSchema }),
  /** Random bytes that the kernel stores in place: what a marker is made of, and nobody else knows. getrandom(2) */
  z.object({ kind: z.literal('getrandom'), range: byteRangeSchema }),
  /** Leaves a hole in the region. */
  z.object({ kind: z.literal('munmap'), range: pageRangeSchema }),
  /** posix_fadvise(2) `POSIX_FADV_DONTNEED` on the region's file: drops clean pages that nobody maps from the page cache. */
  z.object({ kind: z.literal('evict'), range: pageRangeSchema }),
]);
export type Operation = z.infer<typeof operationSchema>;

/** The flags of mlockall(2). */
export const mclFlagSchema = z.enum(['MCL_CURRENT', 'MCL_FUTURE', 'MCL_ONFAULT']);
export type MclFlag = z.infer<typeof mclFlagSchema>;

/** One act on the whole process. Only isolated experiments do these: what they change, no region's end undoes. */
export type ProcessOperation =
  | { readonly kind: 'mlockall'; readonly flags: readonly MclFlag[] }
  | { readonly kind: 'munlockall' }
  /** setrlimit(2) of RLIMIT_MEMLOCK's soft limit, in bytes. */
  | { readonly kind: 'setrlimit'; readonly softBytes: number }
  /** capset(2): gives CAP_IPC_LOCK up, so that RLIMIT_MEMLOCK applies also to root. */
  | { readonly kind: 'drop-ipc-lock' }
  /** setrlimit(2): RLIMIT_CORE's soft limit becomes its hard limit, and who may raise that has none: core files as large as is allowed. */
  | { readonly kind: 'raise-core-limit' }
  /** prctl(2) `PR_SET_DUMPABLE`: without it the kernel writes no core file of this process, nor of a copy made from then on. */
  | { readonly kind: 'set-dumpable'; readonly dumpable: boolean }
  /** prctl(2) `PR_SET_PTRACER`: lets the process's own children trace it, where Yama lets only ancestors. */
  | { readonly kind: 'set-tracer'; readonly allowed: boolean }
  /** clone(2) into abort(3): a copy of the process, with its memory, that ends as a crash does. */
  | { readonly kind: 'abort' };
