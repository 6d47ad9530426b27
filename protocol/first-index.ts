/**
 * The first index below `count` at which `holds` is true; `count` when it is true at none. It must be false up to there
 * and true from there on: found by halving.
 */
export function firstIndex(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
