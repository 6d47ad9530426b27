import type { PageState } from '../../../protocol/flags.ts';
import type { TargetMapping } from '../../../protocol/process-look.ts';
import { sharedStates, statePages } from './state-shares.ts';

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
const leastGap = 1 << 20;

/**
 * The mappings by address over `width`: by the square root of their sizes, so that a page is seen beside a gigabyte;
 * gaps are compressed, all to the same.
 */
export function addressStretches(mappings: readonly TargetMapping[], width: number): readonly Stretch[] {
  let before = mappings[0]?.start ?? '';
  let [gaps, sum] = [0, 0];
  const gapped = mappings.map(({ start, end, pages }) => {
    const isGap = start !== before && Number(start) - Number(before) >= leastGap;
    if (isGap) gaps++;
    before = end;
    sum += Math.sqrt(pages);
    return isGap;
  });
  const gap = Math.min(gapPx, (width * mostGaps) / Math.max(1, gaps));
  const scale = (width - gap * gaps) / Math.max(1, sum);
  let x = 0;
  return mappings.map((mapping, at) => {
    if (gapped[at]) x += gap;
    const stretch = { mapping, x, width: Math.sqrt(mapping.pages) * scale };
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

/** What is missing is absent. */
const drawn = sharedStates.slice(0, -1);

/**
 * The strip in columns, of which each sums up the mappings in it: sixty thousand mappings are as many columns as ten.
 * Undefined is a gap.
 */
export function stripColumns(stretches: readonly Stretch[], columns: number, scale: number): (Column | undefined)[] {
  const sums = new Float64Array(columns * drawn.length);
  const all = new Float64Array(columns);
  const counts = new Float64Array(sharedStates.length);
  for (const { mapping, x, width } of stretches) {
    const first = Math.min(columns - 1, Math.floor(x * scale));
    const end = Math.min(columns, Math.max(first + 1, Math.round((x + width) * scale)));
    // A mapping that is wider than a column fills it; of narrower ones each counts by its width.
    const weight = Math.min(1, width * scale);
    const pages = Math.max(1, mapping.pages);
    statePages(mapping, counts);
    for (let at = first; at < end; at++) {
      all[at] = (all[at] ?? 0) + weight;
      for (let place = 0; place < drawn.length; place++) {
        const count = counts[place] ?? 0;
        const index = at * drawn.length + place;
        if (count > 0) sums[index] = (sums[index] ?? 0) + (weight * count) / pages;
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
