/** A region narrower than this has no room for its facts, CSS pixels. */
const leastWidth = 220;

/**
 * Columns for regions side by side: as few rows as the width allows, and those filled evenly, so that four stand two by two and not
 * three above one.
 */
export function regionColumns(count: number, width: number): number {
  const most = Math.max(1, Math.floor(width / leastWidth));
  const rows = Math.ceil(count / most);
  return Math.max(1, Math.ceil(count / Math.max(1, rows)));
}
