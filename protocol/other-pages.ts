import { z } from 'zod';

/** A region's pages at other instants than one. */
export const otherPagesSchema = z.object({
  region: z.int().positive(),
  /** Of its pages at that instant, which the others are told from; see `pagesHash`. */
  hash: z.int().nonnegative(),
  /** Those where it had been looked at by then, and too much is not different. */
  others: z.array(
    z.object({
      /** As it was asked for, and when the pages were looked at. */
      tNs: z.number().nonnegative(),
      takenNs: z.number().nonnegative(),
      unknown: z.int().min(0).max(255),
      /** The runs that lead there, in base64, little endian: first page, and `packRun` of how many and their flags. */
      runs: z.string(),
    }),
  ),
});
export type OtherPages = z.infer<typeof otherPagesSchema>;

/** Tells one state of a region's pages from others: FNV-1a, of 32 bits. */
export function pagesHash(flags: Uint8Array): number {
  let hash = 0x81_1c_9d_c5;
  for (let page = 0; page < flags.length; page++) hash = Math.imul(hash ^ (flags[page] ?? 0), 0x01_00_01_93);
  return hash >>> 0;
}
