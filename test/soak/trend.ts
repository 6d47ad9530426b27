/** A row of numbers over rounds: by how much it grew, and whether it did so all the way. */
export interface Trend {
  /** Median of the last third less that of the first. */
  readonly growth: number;
  /** The median of the slopes between all pairs (Theil and Sen), for each round. */
  readonly slope: number;
  /** Kendall's tau: 1 when each is larger than all before it, 0 without order, -1 when each is smaller. */
  readonly tau: number;
  readonly first: number;
}

/** Rounds that are not counted: caches fill, V8 compiles. */
export const warmUpRounds = 2;
/** With fewer counted rounds nothing is said of growth. */
export const fewestRounds = 5;

export function trendOf(values: readonly number[]): Trend {
  const third = Math.max(1, Math.floor(values.length / 3));
  const first = median(values.slice(0, third));
  const slopes: number[] = [];
  let order = 0;
  values.forEach((later, at) => {
    for (const [before, earlier] of values.slice(0, at).entries()) {
      slopes.push((later - earlier) / (at - before));
      order += Math.sign(later - earlier);
    }
  });
  const tau = slopes.length === 0 ? 0 : order / slopes.length;
  return { growth: median(values.slice(-third)) - first, slope: median(slopes), tau, first };
}

/** Whether it grew by more than it may, and mostly upwards. */
export const grows = ({ growth, tau, first }: Trend, mayGrow: (first: number) => number): boolean =>
  growth > mayGrow(first) && tau >= 0.5;

/** The middle one; 0 of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
