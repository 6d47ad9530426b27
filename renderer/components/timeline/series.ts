import type { Sample } from '../../../protocol/events.ts';
import type { ResidentPoint } from '../../store/pages.ts';
import { downsample } from './downsample.ts';

/** Recharts takes 8 ms to draw this many, and 79 ms to draw twenty times as many. */
export const mostDrawnPoints = 500;

export interface FaultPoint {
  readonly tNs: number;
  readonly minor: number;
  readonly major: number;
}

/** Faults since the session's first sample: what the process did before it says nothing. */
export function faultSeries(samples: readonly Sample[]): readonly FaultPoint[] {
  const first = samples[0];
  if (!first) return [];
  return downsample(samples, mostDrawnPoints).map(({ tNs, minorFaults, majorFaults }) => ({
    tNs,
    minor: minorFaults - first.minorFaults,
    major: majorFaults - first.majorFaults,
  }));
}

/**
 * Resident pages of all regions together: at each frame of any of them, the sum of what each said last. An unchanged region sends no
 * frame, so what was said last holds until `untilNs`.
 */
export function residentSeries(
  regions: readonly (readonly ResidentPoint[])[],
  untilNs: number,
): readonly ResidentPoint[] {
  const latest = regions.map(() => 0);
  const merged = regions
    .flatMap((points, region) => points.map((point) => ({ ...point, region })))
    .sort((one, other) => one.tNs - other.tNs)
    .map(({ tNs, resident, region }) => {
      latest[region] = resident;
      return { tNs, resident: latest.reduce((sum, count) => sum + count, 0) };
    });
  const thin = downsample(merged, mostDrawnPoints);
  const last = thin.at(-1);
  return last && last.tNs < untilNs ? [...thin, { ...last, tNs: untilNs }] : thin;
}
