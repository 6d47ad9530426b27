import type { PageRange } from '../../protocol/operation.ts';

/** Pages of a file in so few cells that they can be sent and drawn. */
export interface Cells {
  readonly firstPage: number;
  readonly pageCount: number;
  readonly pagesPerCell: number;
}

/** As many pages in each cell as it takes for there to be no more than `most`. */
export function cellsOf({ firstPage, pageCount }: PageRange, most: number): Cells {
  return { firstPage, pageCount, pagesPerCell: Math.max(1, Math.ceil(pageCount / most)) };
}

/** How much of each cell is in the runs: 0 none of it, 255 all of it, and for a part of it neither. */
export function sharesOf(runs: readonly PageRange[], { firstPage, pageCount, pagesPerCell }: Cells): Uint8Array {
  const counts = new Uint32Array(Math.ceil(pageCount / pagesPerCell));
  for (const run of runs) {
    const end = run.firstPage + run.pageCount - firstPage;
    for (let at = run.firstPage - firstPage; at < end; ) {
      const cell = Math.floor(at / pagesPerCell);
      const next = Math.min(end, (cell + 1) * pagesPerCell);
      counts[cell] = (counts[cell] ?? 0) + next - at;
      at = next;
    }
  }
  return Uint8Array.from(counts, (count, cell) => {
    const pages = Math.min(pagesPerCell, pageCount - cell * pagesPerCell);
    if (count === 0 || count >= pages) return count === 0 ? 0 : 255;
    return Math.min(254, Math.max(1, Math.round((255 * count) / pages)));
  });
}
