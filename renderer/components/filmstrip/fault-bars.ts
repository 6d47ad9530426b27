import type { Sample } from '../../../protocol/events.ts';
import { firstIndex } from '../../store/pages/first-index.ts';

/** Faults between two samples, or several, that lie within one pixel. */
export interface FaultBar {
  readonly x: number;
  readonly width: number;
  readonly faults: number;
  /** Of them, those that read from a disk or from swap. */
  readonly major: number;
}

type Counted = Pick<Sample, 'tNs' | 'minorFaults' | 'majorFaults'>;

/** @param xOf where a time lies, CSS pixels; asked in the order of times */
export function faultBars(samples: readonly Counted[], xOf: (tNs: number) => number): readonly FaultBar[] {
  const bars: FaultBar[] = [];
  let before: Counted | undefined;
  let from = 0;
  for (const [at, sample] of samples.entries()) {
    const x = xOf(sample.tNs);
    if (!before) [before, from] = [sample, x];
    if (x - from < 1 && at < samples.length - 1) continue;
    const { faults, major } = between(before, sample);
    bars.push({ x: from, width: x - from, faults, major });
    [before, from] = [sample, x];
  }
  return bars;
}

/** The faults between the sample that is shown and the one before. */
export function faultsAt(samples: readonly Counted[], tNs = Number.POSITIVE_INFINITY): number {
  const after = firstIndex(samples.length, (at) => (samples[at]?.tNs ?? 0) > tNs);
  const [before, last] = [samples[after - 2], samples[after - 1]];
  return before && last ? between(before, last).faults : 0;
}

function between(before: Counted, after: Counted): { readonly faults: number; readonly major: number } {
  const major = after.majorFaults - before.majorFaults;
  return { faults: after.minorFaults - before.minorFaults + major, major };
}
