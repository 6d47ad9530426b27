import { z } from 'zod';

/** How many pages of a snapshot have each flag. */
export const pageCountsSchema = z.object({
  resident: z.int().nonnegative(),
  present: z.int().nonnegative(),
  /** In the page table of a locked VMA: locked, as smaps counts `Locked`. */
  locked: z.int().nonnegative(),
  /** Of a locked VMA, in the page table or not: as VmLck counts. */
  vmLocked: z.int().nonnegative(),
  /** Of a VMA that is locked on fault, in the page table or not. */
  onFault: z.int().nonnegative(),
  swapped: z.int().nonnegative(),
  zero: z.int().nonnegative(),
  huge: z.int().nonnegative(),
  guard: z.int().nonnegative(),
  /** Nothing is mapped there. */
  unmapped: z.int().nonnegative(),
  dontDump: z.int().nonnegative(),
});
export type PageCounts = z.infer<typeof pageCountsSchema>;
