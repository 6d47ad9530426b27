import type { PageState } from '../../../protocol/flags.ts';
import type { TargetMapping } from '../../../protocol/process-look.ts';
import { firstIndex } from '../../store/pages/first-index.ts';
import { sharedStates, statePages } from './state-shares.ts';

/** The mappings' places on the strip, CSS pixels: numbers side by side, as sixty thousand objects take too long. */
export interface Stretches {
  readonly mappings: readonly TargetMapping[];
  readonly x: Float64Array;
  readonly width: Float64Array;
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
export function addressStretches(mappings: readonly TargetMapping[], width: number): Stretches {
  const [x, widths] = [new Float64Array(mappings.length), new Float64Array(mappings.length)];
  const gapped: number[] = [];
  let before = mappings[0]?.start ?? '';
  let sum = 0;
  mappings.forEach(({ start, end, pages }, at) => {
    if (start !== before && Number(start) - Number(before) >= leastGap) gapped.push(at);
    before = end;
    widths[at] = Math.sqrt(pages);
    sum += widths[at];
  });
  const gap = Math.min(gapPx, (width * mostGaps) / Math.max(1, gapped.length));
  const scale = (width - gap * gapped.length) / Math.max(1, sum);
  let [reached, gaps] = [0, 0];
  for (let at = 0; at < mappings.length; at++) {
    if (gapped[gaps] === at) {
      reached += gap;
      gaps++;
    }
    x[at] = reached;
    widths[at] = (widths[at] ?? 0) * scale;
    reached += widths[at] ?? 0;
  }
  return { mappings, x, width: widths };
}

/** The place of the mapping at a horizontal place, or of the nearest one; -1 where there is none. */
export function stretchAt({ x, width }: Stretches, at: number): number {
  const found = firstIndex(x.length, (place) => (x[place] ?? 0) + (width[place] ?? 0) > at);
  return Math.min(found, x.length - 1);
}

/** A column of pixels: the states of what lies in it, as shares of its height; what is missing is absent. */
export type Column = readonly { readonly state: PageState; readonly share: number }[];

/** What is missing is absent. */
const drawn = sharedStates.slice(0, -1);

/**
 * The strip in columns, of which each sums up the mappings in it: sixty thousand mappings are as many columns as ten.
 * Undefined is a gap.
 */
export function stripColumns(
  { mappings, x, width }: Stretches,
  columns: number,
  scale: number,
): (Column | undefined)[] {
  const sums = new Float64Array(columns * drawn.length);
  const all = new Float64Array(columns);
  const counts = new Float64Array(sharedStates.length);
  mappings.forEach((mapping, place) => {
    const [from, wide] = [(x[place] ?? 0) * scale, (width[place] ?? 0) * scale];
    const first = Math.min(columns - 1, Math.floor(from));
    const end = Math.min(columns, Math.max(first + 1, Math.round(from + wide)));
    // A mapping that is wider than a column fills it; of narrower ones each counts by its width.
    const weight = Math.min(1, wide);
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
  });
  return Array.from({ length: columns }, (_, at) => {
    const whole = all[at] ?? 0;
    if (whole === 0) return undefined;
    return drawn.flatMap((state, place) => {
      const share = (sums[at * drawn.length + place] ?? 0) / whole;
      return share > 0 ? [{ state, share }] : [];
    });
  });
}
