import { z } from 'zod';
import { protectionSchema } from './mapping.ts';

/** The advice of madvise(2) that is given to pages. */
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
  'MADV_REMOVE',
  'MADV_DONTNEED_LOCKED',
  'MADV_WIPEONFORK',
  'MADV_KEEPONFORK',
  'MADV_DONTFORK',
  'MADV_DOFORK',
  'MADV_GUARD_INSTALL',
  'MADV_GUARD_REMOVE',
]);
export type Advice = z.infer<typeof adviceSchema>;

/** The advice that the workbench gives by hand. */
export const toolAdviceSchema = adviceSchema.exclude(['MADV_NORMAL', 'MADV_RANDOM', 'MADV_SEQUENTIAL']);
export type ToolAdvice = z.infer<typeof toolAdviceSchema>;

/** How a touch reaches a page: a store makes its own page, a load maps, on most kernels, the shared zero page. */
export const accessSchema = z.enum(['write', 'read']);
export type Access = z.infer<typeof accessSchema>;

/** The calls of the workbench: what is done to the selected pages. */
export const toolSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('touch'), access: accessSchema }),
  z.object({ kind: z.literal('mlock') }),
  /** mlock2(2) with `MLOCK_ONFAULT` (Linux 4.4); without it mlock2 is mlock. */
  z.object({ kind: z.literal('mlock2'), onFault: z.literal(true) }),
  z.object({ kind: z.literal('munlock') }),
  z.object({ kind: z.literal('madvise'), advice: toolAdviceSchema }),
  /** Zeroes, so that no compiler leaves it out. explicit_bzero(3) */
  z.object({ kind: z.literal('explicit_bzero') }),
  z.object({ kind: z.literal('mprotect'), protection: protectionSchema }),
]);
export type Tool = z.infer<typeof toolSchema>;

/**
 * A call on pages of one region, without the pages. A `Tool` is one that a person makes on runs of pages; an
 * `Operation` is one that an experiment makes on a range.
 */
export type PageCall =
  | Tool
  | { readonly kind: 'mlock2'; readonly onFault: boolean }
  | { readonly kind: 'madvise'; readonly advice: Advice }
  | { readonly kind: 'mincore' }
  /** Random bytes that the kernel stores in place: what a marker is made of, and nobody else knows. getrandom(2) */
  | { readonly kind: 'getrandom' }
  /** Leaves a hole in the region. */
  | { readonly kind: 'munmap' }
  /**
   * posix_fadvise(2) `POSIX_FADV_DONTNEED` on the region's file: drops clean pages that nobody maps from the page
   * cache.
   */
  | { readonly kind: 'evict' };
