/** Round sizes for the vertical axis: a power of two apart, three at most above 0. */
export function byteTicks(topBytes: number): number[] {
  const step = 2 ** Math.ceil(Math.log2(Math.max(1, topBytes / 3)));
  return Array.from({ length: Math.floor(topBytes / step) + 1 }, (_, index) => index * step);
}
