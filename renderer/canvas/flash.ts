import type { RegionPages } from '../store/pages/pages.ts';

/** How long a changed page stands out, ms: long enough for the eye, over before the next sample at 4 Hz. */
const flashMs = 200;

/** The pages that flash at this moment. */
export interface Flash {
  /**
   * For each page, which change was its last; it flashes when that is `first` or later. A loop over a million pages
   * asks no function.
   */
  readonly changedBy: Uint32Array;
  readonly first: number;
  /** How strongly a page flashes, 1 when it has just changed and 0 when that is long ago. */
  strength(page: number): number;
}

/** What flashes now. Undefined when no page does any more, so that drawing can stop. */
export function makeFlash(
  { moments, changedBy }: Pick<RegionPages, 'moments' | 'changedBy'>,
  nowMs: number,
): Flash | undefined {
  let first = moments.length;
  while (first > 1 && nowMs - (moments[first - 1]?.arrivedMs ?? 0) < flashMs) first--;
  if (first === moments.length) return undefined;
  const strengths = moments.slice(first).map(({ arrivedMs }) => 1 - (nowMs - arrivedMs) / flashMs);
  return { changedBy, first, strength: (page) => strengths[(changedBy[page] ?? 0) - first] ?? 0 };
}
