import type { Sample, Step } from '../../../protocol/events.ts';
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

/** What was true at a time: the last sample up to it. */
export function sampleAt(samples: readonly Sample[], tNs: number): Sample | undefined {
  return samples[firstIndex(samples.length, (index) => (samples[index]?.tNs ?? 0) > tNs) - 1];
}

/** The process at an instant: for that of a step, as it was sampled right after the pages were looked at. */
export function sampleOf(
  { steps, samples }: { readonly steps: Sequence<Step>; readonly samples: readonly Sample[] },
  instant: Instant,
): Sample | undefined {
  const span = stepsAt(steps, instant);
  const step = span && steps.at(span.end - 1);
  if (!step || step.startedNs !== instant.fromNs || instant.toNs <= step.startedNs) {
    return sampleAt(samples, instant.toNs);
  }
  const next = steps.at(span.end)?.startedNs ?? Number.POSITIVE_INFINITY;
  const after = samples[firstIndex(samples.length, (index) => (samples[index]?.tNs ?? 0) >= instant.toNs)];
  return after && after.tNs < next ? after : sampleAt(samples, next - 1);
}

function firstAfter(steps: Sequence<Step>, tNs: number, orAt = false): number {
  return firstIndex(steps.length, (index) => {
    const started = steps.at(index)?.startedNs ?? 0;
    return started > tNs || (orAt && started === tNs);
  });
}

/** Where a key takes the playhead, as a place in the list of steps; undefined for other keys. */
export function placeAfter(key: string, from: number, count: number): number | undefined {
  const target: number | undefined = {
    ArrowLeft: from - 1,
    ArrowDown: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from + 1,
    PageDown: from - 10,
    PageUp: from + 10,
    Home: 0,
    End: count - 1,
  }[key];
  if (target === undefined || count === 0) return undefined;
  return Math.min(count - 1, Math.max(0, target));
}
