/** A region narrower than this has no room for its facts, CSS pixels; one of a single page has no zoom beside them. */
const leastWidth = 220;
const leastWidthOfPage = 176;

/**
 * Columns for regions side by side: as few rows as the width allows, and those filled evenly, so that four stand two by two and not
 * three above one.
 *
 * @param largest pages of the largest region, where that is known
 */
export function regionColumns(count: number, width: number, largest = Number.POSITIVE_INFINITY): number {
  const most = Math.max(1, Math.floor(width / (largest === 1 ? leastWidthOfPage : leastWidth)));
  const rows = Math.ceil(count / most);
  return Math.max(1, Math.ceil(count / Math.max(1, rows)));
}
