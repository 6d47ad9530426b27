/**
 * Round instants for the axis of a chart, ns: steps of 1, 2 or 5 times a power of ten, about `count` of them from 0 to
 * `end`.
 */
export function timeTicks(end: number, count = 6): number[] {
  if (!(end > 0)) return [0];
  const rough = end / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, index) => index * step);
}
