import type { ResidentPoint } from '../../store/pages/pages.ts';
import type { FaultPoint } from '../../store/session/step-digest.ts';
import { downsample } from './downsample.ts';

/** Recharts takes 8 ms to draw this many, and 79 ms to draw twenty times as many. */
export const mostDrawnPoints = 500;

/**
 * Faults that the calls took, added up, for drawing. Not those of the process: the JavaScript engine faults far more
 * often than a small experiment does.
 */
export const faultSeries = (points: readonly FaultPoint[], untilNs: number): readonly FaultPoint[] =>
  extended(downsample(points, mostDrawnPoints), untilNs);

/**
 * Resident pages of all regions together: at each frame of any of them, the sum of what each said last. An unchanged
 * region sends no frame, so what was said last holds until `untilNs`.
 */
export function residentSeries(
  regions: readonly (readonly ResidentPoint[])[],
  untilNs: number,
): readonly ResidentPoint[] {
  const latest = regions.map(() => 0);
  let sum = 0;
  const merged = regions
    .flatMap((points, region) => downsample(points, mostDrawnPoints).map((point) => ({ ...point, region })))
    .sort((one, other) => one.tNs - other.tNs)
    .map(({ tNs, resident, region }) => {
      sum += resident - (latest[region] ?? 0);
      latest[region] = resident;
      return { tNs, resident: sum };
    });
  return extended(downsample(merged, mostDrawnPoints), untilNs);
}

/** What was said last holds until the end of the time shown. */
function extended<P extends { readonly tNs: number }>(points: readonly P[], untilNs: number): readonly P[] {
  const last = points.at(-1);
  return last && last.tNs < untilNs ? [...points, { ...last, tNs: untilNs }] : points;
}
