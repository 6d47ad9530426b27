import fc from 'fast-check';

/** A page's byte; few different ones, so that neighbours are often equal, as they are in memory. */
const flags = fc.oneof(fc.constantFrom(0, 3, 7, 16), fc.integer({ min: 0, max: 255 }));

/** The flags of a region as the kernel makes them: some runs, of which some are long. */
const runny = fc
  .array(fc.tuple(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 300 })), flags), {
    minLength: 1,
    maxLength: 12,
  })
  .map((runs) => Uint8Array.from(runs.flatMap(([count, byte]) => Array<number>(count).fill(byte))));

/** The flags of every page of a region: in runs, or in any order at all; never empty, as no region is. */
export const pageBytes = fc.oneof(runny, fc.uint8Array({ minLength: 1, maxLength: 200 }));

/** The same region twice: runs of it, or single pages, changed in between. */
export const twoSnapshots = pageBytes.chain((before) =>
  fc
    .array(fc.tuple(fc.nat(before.length - 1), fc.integer({ min: 1, max: 40 }), flags), { maxLength: 8 })
    .map((changes) => {
      const after = before.slice();
      for (const [first, count, byte] of changes) after.fill(byte, first, first + count);
      return { before, after };
    }),
);
