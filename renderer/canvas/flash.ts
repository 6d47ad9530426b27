import type { RegionPages } from '../store/pages.ts';

/** How long a changed page stands out, ms: long enough for the eye, over before the next sample at 4 Hz. */
const flashMs = 200;

/**
 * How strongly each page flashes at this moment, 1 when it has just changed and 0 when that is long ago. Undefined when no page
 * does any more, so that drawing can stop.
 */
export function makeFlash(
  { moments, changedBy }: Pick<RegionPages, 'moments' | 'changedBy'>,
  nowMs: number,
): ((page: number) => number) | undefined {
  let first = moments.length;
  while (first > 1 && nowMs - (moments[first - 1]?.arrivedMs ?? 0) < flashMs) first--;
  if (first === moments.length) return undefined;
  const strengths = moments.slice(first).map(({ arrivedMs }) => 1 - (nowMs - arrivedMs) / flashMs);
  return (page) => strengths[(changedBy[page] ?? 0) - first] ?? 0;
}
