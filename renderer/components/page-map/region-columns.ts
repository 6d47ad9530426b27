/** A region narrower than this has no room for its facts, CSS pixels; one of a single page has no zoom beside them. */
const leastWidth = 220;
const leastWidthOfPage = 176;
/** What of a region's height is not its grid, CSS pixels: its facts above, its VMAs and the page's note below. */
const framePx = 80;

interface Regions {
  readonly count: number;
  /** The room for all of them, CSS pixels. Without a height, it is only the width that decides. */
  readonly width: number;
  readonly height?: number;
  /** Pages of the largest region, where that is known. */
  readonly largest?: number;
}

/**
 * Columns for regions side by side: as few rows as the width allows, and those filled evenly, so that four stand two by
 * two and not three above one. Where there is height to spare, as many rows as leave the grids largest: six stand three
 * by two on a large screen.
 */
export function regionColumns({ count, width, height = 0, largest = Number.POSITIVE_INFINITY }: Regions): number {
  const most = Math.max(1, Math.floor(width / (largest === 1 ? leastWidthOfPage : leastWidth)));
  const fewestRows = Math.max(1, Math.ceil(count / most));
  const columnsOf = (rows: number): number => Math.max(1, Math.ceil(count / rows));
  const sideOf = (rows: number): number => Math.min(width / columnsOf(rows), height / rows - framePx);
  let best = fewestRows;
  for (let rows = fewestRows + 1; rows <= count; rows++) if (sideOf(rows) > sideOf(best)) best = rows;
  return columnsOf(best);
}
