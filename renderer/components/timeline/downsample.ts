/**
 * Thins a series out for drawing: at most `most` points, evenly spaced in index, the first and the last among them.
 * Counts over time are steps, not waves, so a kept point is a measured one and nothing is averaged.
 */
export function downsample<T>(points: readonly T[], most: number): readonly T[] {
  if (points.length <= most) return points;
  const kept: T[] = [];
  const stride = (points.length - 1) / (most - 1);
  for (let index = 0; index < most; index++) {
    const point = points[Math.round(index * stride)];
    if (point !== undefined) kept.push(point);
  }
  return kept;
}
