import type { Step } from '../../../protocol/events.ts';
import { firstIndex } from '../pages/first-index.ts';
import type { Sequence } from './append-only-list.ts';

/**
 * A time that is pointed at, ns since the session began. What a pointer covers is a span, since a pixel of a timeline
 * is; pages are shown as of its end.
 */
export interface Instant {
  readonly fromNs: number;
  readonly toNs: number;
  /** Pages that are not what they were at this time are marked. */
  readonly sinceNs?: number;
}

/** Places in the list of steps: the first, and the one after the last. */
export interface StepSpan {
  readonly first: number;
  readonly end: number;
}

/**
 * The steps of an instant: those that began in it, else the last one before. Steps are in the order of their
 * beginnings.
 */
export function stepsAt(steps: Sequence<Step>, { fromNs, toNs }: Instant): StepSpan | undefined {
  const end = firstAfter(steps, toNs);
  if (end === 0) return undefined;
  // A step that began exactly at `fromNs` is among them.
  const first = firstAfter(steps, fromNs, true);
  return { first: Math.min(first, end - 1), end };
}

function firstAfter(steps: Sequence<Step>, tNs: number, orAt = false): number {
  return firstIndex(steps.length, (index) => {
    const started = steps.at(index)?.startedNs ?? 0;
    return started > tNs || (orAt && started === tNs);
  });
}

/**
 * Where a key takes an instant: from step to step, to the first or the last. The pages are then those that the step
 * left: as of the moment before the next one begins.
 */
export function instantAfter(
  key: string,
  instant: Instant | undefined,
  steps: Sequence<Step>,
  endNs: number,
): Instant | undefined {
  const at = instant && stepsAt(steps, instant);
  const last = steps.length - 1;
  const from = at ? at.end - 1 : instant ? -1 : steps.length;
  const target: number | undefined = {
    ArrowLeft: from - 1,
    ArrowDown: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from + 1,
    PageUp: from + 10,
    PageDown: from - 10,
    Home: 0,
    End: last,
  }[key];
  if (target === undefined || last < 0) return undefined;
  const index = Math.min(last, Math.max(0, target));
  const fromNs = steps.at(index)?.startedNs ?? 0;
  const next = steps.at(index + 1)?.startedNs ?? Math.max(endNs, fromNs);
  return { fromNs, toNs: index === last ? next : Math.max(fromNs, next - 1) };
}
