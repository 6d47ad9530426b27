import { type Changes, rimSteps } from '../store/pages/page-history.ts';

/** The pages that have a rim at this moment. */
export interface Flash {
  /**
   * For each page, which change was its last; it has a rim when that is `first` or later. A loop over a million pages
   * asks no function.
   */
  readonly changedBy: Uint32Array;
  readonly first: number;
  /** How strong the rim of a page is: 1 when the newest step has changed it, 0 when that is long ago. */
  strength(page: number): number;
}

/**
 * What the last steps have changed. Undefined when that is nothing.
 *
 * @param newest the index of the newest step, or of the one that the playhead is on; -1 before the first
 */
export function makeFlash({ moments, changedBy }: Changes, newest: number): Flash | undefined {
  let first = moments.length;
  let age = rimSteps;
  const strengths: number[] = [];
  while (newest >= 0 && first > 1) {
    const { step = -1 } = moments[first - 1] ?? {};
    // What changed while a step went on belongs to that step.
    if (step >= 0) age = newest - step;
    if (step >= 0 && age >= rimSteps) break;
    strengths.unshift(Math.min(1, 1 - age / rimSteps));
    first--;
  }
  if (!strengths.some((strength) => strength > 0)) return undefined;
  return { changedBy, first, strength: (page) => strengths[(changedBy[page] ?? 0) - first] ?? 0 };
}
