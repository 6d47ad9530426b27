import type { Step } from '../../../protocol/events.ts';
import type { ResidentPoint } from '../../store/pages.ts';
import { downsample } from './downsample.ts';

/** Recharts takes 8 ms to draw this many, and 79 ms to draw twenty times as many. */
export const mostDrawnPoints = 500;

export interface FaultPoint {
  readonly tNs: number;
  readonly minor: number;
  readonly major: number;
}

/**
 * Faults that the calls took, added up at the end of each step. Not those of the process: the JavaScript engine faults far more often than
 * a small experiment does.
 */
export function faultSeries(steps: readonly Step[], untilNs: number): readonly FaultPoint[] {
  let [minor, major] = [0, 0];
  const points = steps.map((step) => {
    minor += step.minorFaults ?? 0;
    major += step.majorFaults ?? 0;
    return { tNs: step.startedNs + step.durationNs, minor, major };
  });
  return extended(downsample(points, mostDrawnPoints), untilNs);
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
  return extended(downsample(merged, mostDrawnPoints), untilNs);
}

/** What was said last holds until the end of the time shown. */
function extended<P extends { readonly tNs: number }>(points: readonly P[], untilNs: number): readonly P[] {
  const last = points.at(-1);
  return last && last.tNs < untilNs ? [...points, { ...last, tNs: untilNs }] : points;
}
