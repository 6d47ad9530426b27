import type { Step } from '../../../protocol/events.ts';
import type { Around, StepTimes } from '../pages/page-history.ts';
import type { RegionPages } from '../pages/pages.ts';
import type { Instant } from './instant.ts';
import type { Session } from './session.ts';

/** Which pages are shown of a step: those that it found, those that it left, or these with what differs marked. */
export const sides = ['before', 'after', 'difference'] as const;
export type Side = (typeof sides)[number];

/** What of a step is looked at, and the time that this is. */
export interface Look {
  readonly step: number;
  readonly side: Side;
  readonly instant: Instant;
}

/** When a step and its neighbours ran. */
export function stepTimes({ steps }: Pick<Session, 'steps'>, { index, startedNs, durationNs }: Step): StepTimes {
  const [previous, next] = [steps.numbered(index - 1), steps.numbered(index + 1)];
  return {
    index,
    startedNs,
    endedNs: startedNs + durationNs,
    previousEndedNs: previous ? previous.startedNs + previous.durationNs : Number.NEGATIVE_INFINITY,
    nextStartedNs: next?.startedNs ?? Number.POSITIVE_INFINITY,
  };
}

/**
 * The moments that show what a step did: to its region, or to all of them, as far as they are known.
 *
 * @param pagesOf the pages of a region, where a frame has come
 */
export function aroundStep(
  session: Pick<Session, 'steps' | 'regions'>,
  step: Step,
  pagesOf: (region: number) => RegionPages | undefined,
): Around {
  const times = stepTimes(session, step);
  const regions = step.region === undefined ? session.regions.map(({ id }) => id) : [step.region];
  const known = regions.flatMap((region) => pagesOf(region)?.around(times) ?? []);
  return {
    beforeNs: times.startedNs,
    afterNs: Math.max(times.endedNs, ...known.map(({ afterNs }) => afterNs)),
    exact: known.every(({ exact }) => exact),
  };
}

/** The time at which the pages of one side are those of a step. */
export function instantOf(side: Side, { startedNs }: Step, { beforeNs, afterNs }: Around): Instant {
  if (side === 'before') return { fromNs: startedNs, toNs: beforeNs };
  return { fromNs: startedNs, toNs: afterNs, ...(side === 'difference' && { sinceNs: beforeNs }) };
}
