import type { PageState } from '../../../protocol/flags.ts';
import type { TargetMapping } from '../../../protocol/process-look.ts';
import { stateShares } from './state-shares.ts';

/** A mapping's place on the strip, CSS pixels. */
export interface Stretch {
  readonly mapping: TargetMapping;
  readonly x: number;
  readonly width: number;
}

/** What stands for address space that nothing is mapped in, CSS pixels. */
const gapPx = 5;
/** Gaps take this share of the strip at most. */
const mostGaps = 0.2;
/** Smaller holes than this are not told apart from what is beside them. */
const leastGap = 1n << 20n;

/**
 * The mappings by address over `width`: by the square root of their sizes, so that a page is seen beside a gigabyte;
 * gaps are compressed, all to the same.
 */
export function addressStretches(mappings: readonly TargetMapping[], width: number): readonly Stretch[] {
  const gapped = mappings.map((mapping, at) => {
    const before = mappings[at - 1];
    return before !== undefined && BigInt(mapping.start) - BigInt(before.end) >= leastGap;
  });
  const gaps = gapped.filter(Boolean).length;
  const gap = Math.min(gapPx, (width * mostGaps) / Math.max(1, gaps));
  const weights = mappings.map(({ pages }) => Math.sqrt(pages));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const scale = (width - gap * gaps) / Math.max(1, sum);
  let x = 0;
  return mappings.map((mapping, at) => {
    if (gapped[at]) x += gap;
    const stretch = { mapping, x, width: (weights[at] ?? 0) * scale };
    x += stretch.width;
    return stretch;
  });
}

/** The place of the mapping at a horizontal place, or of the nearest one; -1 where there is none. */
export function stretchAt(stretches: readonly Stretch[], x: number): number {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const each = stretches[middle];
    if (each && each.x + each.width <= x) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, stretches.length - 1);
}

/** A column of pixels: the states of what lies in it, as shares of its height; what is missing is absent. */
export type Column = readonly { readonly state: PageState; readonly share: number }[];

const drawn = ['locked', 'huge', 'resident', 'zero', 'swapped', 'guard', 'unknown'] as const;

/**
 * The strip in columns, of which each sums up the mappings in it: sixty thousand mappings are as many columns as ten.
 * Undefined is a gap.
 */
export function stripColumns(stretches: readonly Stretch[], columns: number, scale: number): (Column | undefined)[] {
  const sums = new Float64Array(columns * drawn.length);
  const all = new Float64Array(columns);
  for (const { mapping, x, width } of stretches) {
    const first = Math.min(columns - 1, Math.floor(x * scale));
    const end = Math.min(columns, Math.max(first + 1, Math.round((x + width) * scale)));
    const shares = stateShares(mapping);
    for (let at = first; at < end; at++) {
      // A mapping that is wider than a column fills it; of narrower ones each counts by its width.
      const weight = Math.min(1, width * scale);
      all[at] = (all[at] ?? 0) + weight;
      for (const { state, pages } of shares) {
        const place = drawn.indexOf(state as (typeof drawn)[number]);
        if (place < 0) continue;
        const index = at * drawn.length + place;
        sums[index] = (sums[index] ?? 0) + (weight * pages) / Math.max(1, mapping.pages);
      }
    }
  }
  return Array.from({ length: columns }, (_, at) => {
    const whole = all[at] ?? 0;
    if (whole === 0) return undefined;
    return drawn.flatMap((state, place) => {
      const share = (sums[at * drawn.length + place] ?? 0) / whole;
      return share > 0 ? [{ state, share }] : [];
    });
  });
}
