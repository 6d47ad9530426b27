/** How often amounts fell between two bounds, `from` ≤ amount < `to`. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Bounds of one decade. */
const steps = [1, 1.5, 2, 3, 5, 7] as const;

/** Counts positive amounts in buckets of roughly equal width on a logarithmic axis, without empty ones at the ends. */
export function logBuckets(amounts: readonly number[]): Bucket[] {
  const known = amounts.filter((amount) => amount > 0);
  if (known.length === 0) return [];
  // A logarithm is rounded: the least amount may lie a little below its power of ten.
  const least = Math.floor(Math.log10(known.reduce((a, b) => Math.min(a, b)))) - 1;
  const most = Math.floor(Math.log10(known.reduce((a, b) => Math.max(a, b))));
  const bounds: number[] = [];
  for (let power = least; power <= most + 1; power++) bounds.push(...steps.map((step) => step * 10 ** power));
  const counts = new Array<number>(bounds.length).fill(0);
  for (const amount of known) {
    const place = bounds.findLastIndex((bound) => bound <= amount);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const [first, last] = [counts.findIndex((count) => count > 0), counts.findLastIndex((count) => count > 0)];
  return counts.slice(first, last + 1).map((count, index) => ({
    from: bounds[first + index] ?? 0,
    to: bounds[first + index + 1] ?? 0,
    count,
  }));
}

/** The middle amount, or null of none. */
export function median(amounts: readonly number[]): number | null {
  const sorted = [...amounts].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
