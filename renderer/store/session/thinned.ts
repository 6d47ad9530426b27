/**
 * Points over time, with more at their end, and no more than `most` in all: what is left open for a day must not fill
 * the memory. Beyond that, every other one of the older half goes, so that the newest stay as fine as they came.
 */
export function thinned<T>(points: readonly T[], more: readonly T[], most: number): readonly T[] {
  if (more.length === 0) return points;
  let all = [...points, ...more];
  while (all.length > most) {
    const half = all.length >> 1;
    all = all.filter((_, index) => index >= half || index % 2 === 0);
  }
  return all;
}
