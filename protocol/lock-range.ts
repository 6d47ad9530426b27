import { z } from 'zod';

/**
 * A locked range of pages over time, out of what snapshots show and nothing else: a rectangle of pages × time; an
 * unlock in its middle ends that part and leaves two. Times are ns since the session began.
 */
export const lockRangeSchema = z.object({
  firstPage: z.int().nonnegative(),
  pageCount: z.int().positive(),
  /** The first snapshot that shows it locked. */
  startNs: z.number().nonnegative(),
  /** The snapshot before that: the lock was made between the two. */
  unseenNs: z.number().nonnegative(),
  /** The first snapshot that shows it unlocked; left out while it is locked. */
  endNs: z.number().nonnegative().optional(),
  /** Locked with `MLOCK_ONFAULT` (smaps `lf`). */
  onFault: z.boolean(),
  /** Locked pages, where they are too scattered to be followed one by one: the range then spans others between them. */
  scattered: z.int().nonnegative().optional(),
});
export type LockRange = Readonly<z.infer<typeof lockRangeSchema>>;
