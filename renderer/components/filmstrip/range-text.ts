import { pageCounts } from '../../../protocol/counts.ts';
import type { Step } from '../../../protocol/events.ts';
import { usePages, useWords } from '../../context/context.ts';
import type { Pages } from '../../store/pages/pages.ts';
import type { Session } from '../../store/session/session.ts';
import { aroundStep, instantOf } from '../../store/session/shown-step.ts';

/** Places in the list of steps, both among them; `to` may be the smaller. */
export interface FilmRange {
  readonly from: number;
  readonly to: number;
}

/** What some steps did together. */
export interface RangeSums {
  readonly steps: number;
  /** More resident pages after the last than before the first; undefined where that is not known. */
  readonly resident: number | undefined;
  readonly faults: number;
  readonly durationNs: number;
}

export function rangeSums(session: Session, pages: Pages, { from, to }: FilmRange): RangeSums {
  const steps = session.steps.slice(Math.min(from, to), Math.max(from, to) + 1);
  const [first, last] = [steps[0], steps.at(-1)];
  return {
    steps: steps.length,
    resident: first && last && residentBetween(session, pages, first, last),
    faults: steps.reduce((sum, { minorFaults = 0, majorFaults = 0 }) => sum + minorFaults + majorFaults, 0),
    durationNs: steps.reduce((sum, { durationNs }) => sum + durationNs, 0),
  };
}

function residentBetween(session: Session, pages: Pages, first: Step, last: Step): number | undefined {
  const before = residentAt(session, pages, instantOf('before', first, aroundOf(session, pages, first)).toNs);
  const after = residentAt(session, pages, instantOf('after', last, aroundOf(session, pages, last)).toNs);
  return before === undefined || after === undefined ? undefined : after - before;
}

const aroundOf = (session: Session, pages: Pages, step: Step) =>
  aroundStep(session, step, (region) => pages.region(session.id, region));

function residentAt({ id, regions }: Session, pages: Pages, tNs: number): number | undefined {
  let sum = 0;
  for (const region of regions) {
    const known = pages.region(id, region.id);
    const past = known?.at(tNs);
    if (past === 'forgotten') return undefined;
    if (known && past !== 'unmapped') sum += pageCounts(typeof past === 'object' ? past.bins : known.bins).resident;
  }
  return sum;
}

/** `4 steps, +48 resident, 48 faults, 1.1 ms` */
export function useRangeText(session: Session): (range: FilmRange) => string {
  const { t, format } = useWords();
  const pages = usePages();
  return (range) => {
    const { steps, resident, faults, durationNs } = rangeSums(session, pages, range);
    return [
      t('film.rangeSteps', { count: steps }),
      ...(resident === undefined
        ? []
        : [t('film.rangeResident', { change: `${resident > 0 ? '+' : ''}${format.number(resident)}` })]),
      t('film.faultCount', { count: faults }),
      format.duration(durationNs),
    ].join(format.listSeparator);
  };
}
