/** Numbers `first, first + step, …`, `count` of them. */
export interface Progression {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/**
 * Splits a list into rising arithmetic progressions, each as long as it can be; undefined when that takes more than
 * `most`.
 */
export function progressions(numbers: readonly number[], most: number): Progression[] | undefined {
  const found: Progression[] = [];
  for (let at = 0; at < numbers.length; ) {
    if (found.length === most) return undefined;
    const first = numbers[at] ?? 0;
    const step = (numbers[at + 1] ?? first) - first;
    let count = 1;
    if (step > 0) while (numbers[at + count] === first + step * count) count++;
    found.push({ first, step: count > 1 ? step : 0, count });
    at += count;
  }
  return found;
}
