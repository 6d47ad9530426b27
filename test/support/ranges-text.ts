import { forEachRunOf, type PageSet, runCount } from '../../renderer/store/pages/page-set.ts';

/** The set as a person would type it: `0-15,32`; undefined when that would be longer than `mostRuns`. */
export function rangesText(set: PageSet, mostRuns: number): string | undefined {
  if (runCount(set) > mostRuns) return undefined;
  const parts: string[] = [];
  forEachRunOf(set, (first, end) => parts.push(end - first === 1 ? `${first}` : `${first}-${end - 1}`));
  return parts.join(',');
}
