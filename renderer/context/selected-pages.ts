import type { RegionInfo } from '../../protocol/events.ts';
import { forEachRunOf, type PageSet, runCount } from '../store/pages/page-set.ts';
import { parseTypedPages } from '../store/workbench/typed-pages.ts';

/** An address has at most so many runs of a region's pages; a selection of more is left out. */
const mostRuns = 64;

/** `A:4-11,20;B:0`: what is selected in each region, by its label. Empty where that is nothing. */
export function selectionText(regions: readonly RegionInfo[], selected: ReadonlyMap<number, PageSet>): string {
  return regions
    .flatMap(({ id, label }) => {
      const pages = selected.get(id);
      if (!pages || pages.count === 0 || runCount(pages) > mostRuns) return [];
      const runs: string[] = [];
      forEachRunOf(pages, (first, end) => runs.push(end - first === 1 ? `${first}` : `${first}-${end - 1}`));
      return [`${label}:${runs.join(',')}`];
    })
    .join(';');
}

/**
 * The pages of each region that such a text means, by the region's number; undefined while a region that it names is
 * not there. What is not right in it selects nothing.
 */
export function selectionIn(text: string, regions: readonly RegionInfo[]): Map<number, PageSet> | undefined {
  const selected = new Map<number, PageSet>();
  for (const part of text.split(';')) {
    const [label, typed = ''] = part.split(':', 2);
    const region = regions.find((each) => each.label === label);
    if (!region) return undefined;
    const parsed = parseTypedPages(typed, region.pages);
    if ('pages' in parsed) selected.set(region.id, parsed.pages);
  }
  return selected;
}
