import type { Step } from '../../../protocol/events.ts';
import { firstIndex } from '../pages/first-index.ts';
import type { Moment } from '../pages/page-history.ts';
import { hasPage, type PageSet } from '../pages/page-set.ts';
import type { Sequence } from './append-only-list.ts';

export interface LastChange {
  /** When the change was seen, ns since the session began. */
  readonly seenNs: number;
  /** The steps that may have done it, in order: usually one, none when nothing we did was about this page. */
  readonly steps: readonly Step[];
}

/**
 * What changed a page last. Snapshots say that it changed between two of them; the steps in question are those that ran
 * in that time and were about the page. Calls that only look are not among them.
 *
 * @param moments all frames that changed something, `index` of them the one that changed this page
 */
export function lastChange(
  page: number,
  region: number,
  index: number,
  moments: readonly Moment[],
  steps: Sequence<Step>,
): LastChange | undefined {
  const moment = moments[index];
  if (index === 0 || !moment) return undefined;
  const afterNs = moments[index - 1]?.takenNs ?? 0;
  const covers = ({ region: of, range, call }: Step) =>
    of === region &&
    call !== 'mincore' &&
    range !== undefined &&
    page >= range.firstPage &&
    page < range.firstPage + range.pageCount;
  // Steps follow one another, so those that ran in between are a stretch of the list.
  const from = firstIndex(steps.length, (place) => endOf(steps.at(place)) > afterNs);
  const to = firstIndex(steps.length, (place) => (steps.at(place)?.startedNs ?? 0) >= moment.takenNs);
  return { seenNs: moment.takenNs, steps: steps.slice(from, to).filter(covers) };
}

const endOf = (step: Step | undefined): number => (step ? step.startedNs + step.durationNs : 0);

/** Whether a step's range only bounds its pages: those between its runs it may have left alone. */
export const hasSeveralRuns = ({ calls }: Step): boolean => calls !== undefined && calls.made > 1;

/**
 * The change without a step that turned out not to be about the page; `pages` is what that step was about, run by run.
 */
export const withoutBystander = (change: LastChange, page: number, step: Step, pages: PageSet): LastChange =>
  hasPage(pages, page) ? change : { ...change, steps: change.steps.filter((other) => other !== step) };
