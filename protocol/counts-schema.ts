import { z } from 'zod';

/** How many pages of a snapshot have each flag. */
export const pageCountsSchema = z.object({
  resident: z.int().nonnegative(),
  present: z.int().nonnegative(),
  locked: z.int().nonnegative(),
  onFault: z.int().nonnegative(),
  swapped: z.int().nonnegative(),
  zero: z.int().nonnegative(),
  huge: z.int().nonnegative(),
  guard: z.int().nonnegative(),
  dontDump: z.int().nonnegative(),
});
export type PageCounts = z.infer<typeof pageCountsSchema>;
