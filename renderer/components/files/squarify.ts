/** A part of the window, CSS pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Parts of a rectangle with areas as the weights, each as near to a square as can be: rows along the shorter side, to
 * which parts are added as long as that makes the worst of them squarer (Bruls, Huizing, van Wijk: Squarified
 * Treemaps).
 *
 * @param weights the largest first, none below 0
 */
export function squarify(weights: readonly number[], whole: Rect): readonly Rect[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum <= 0 || whole.width <= 0 || whole.height <= 0) return weights.map(() => ({ ...whole, width: 0, height: 0 }));
  const scale = (whole.width * whole.height) / sum;
  const rects: Rect[] = [];
  let left = whole;
  for (let from = 0; from < weights.length; ) {
    const side = Math.min(left.width, left.height);
    let [to, area, worst] = [from, 0, Number.POSITIVE_INFINITY];
    while (to < weights.length) {
      const more = area + (weights[to] ?? 0) * scale;
      const now = worstOf(weights[from] ?? 0, weights[to] ?? 0, scale, more, side);
      if (now > worst) break;
      [to, area, worst] = [to + 1, more, now];
    }
    const upright = left.width >= left.height;
    const depth = side > 0 ? area / side : 0;
    let along = 0;
    for (; from < to; from++) {
      const length = depth > 0 ? ((weights[from] ?? 0) * scale) / depth : 0;
      rects.push(
        upright
          ? { x: left.x, y: left.y + along, width: depth, height: length }
          : { x: left.x + along, y: left.y, width: length, height: depth },
      );
      along += length;
    }
    left = upright
      ? { ...left, x: left.x + depth, width: Math.max(0, left.width - depth) }
      : { ...left, y: left.y + depth, height: Math.max(0, left.height - depth) };
  }
  return rects;
}

/** How far the worst part of a row is from a square: the ratio of its sides. */
function worstOf(largest: number, smallest: number, scale: number, area: number, side: number): number {
  if (smallest <= 0) return area > 0 ? Number.MAX_VALUE : 1;
  const [square, row] = [side * side, area * area];
  return Math.max((square * largest * scale) / row, row / (square * smallest * scale));
}
