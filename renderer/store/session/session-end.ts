import { isActive, type Session } from './session.ts';

/** What follows the last event of a run that has ended, as a share of its length: enough to see what it left behind. */
const afterglow = 0.05;

/**
 * Where the time of a session ends, ns. While it runs, that is now; afterwards the engine goes on measuring, and a
 * timeline up to now would squeeze the run into a corner: it then ends shortly after the last thing that happened.
 *
 * @param framesEndNs the newest frame of any region: frames come only when a page has changed
 */
export function sessionEndNs(
  { state, samples, steps, target }: Pick<Session, 'state' | 'samples' | 'steps' | 'target'>,
  framesEndNs: number,
): number {
  const newest = samples.at(-1)?.tNs ?? 0;
  const step = steps.at(-1);
  const lastNs = Math.max(framesEndNs, step ? step.startedNs + step.durationNs : 0);
  // Another process goes on whether we look or not.
  if (isActive(state) || target) return Math.max(newest, lastNs);
  const locked = samples.at(-1)?.vmLck;
  const changed = samples.findLastIndex(({ vmLck }) => vmLck !== locked);
  const changedNs = changed < 0 ? 0 : (samples[changed + 1]?.tNs ?? 0);
  return Math.min(Math.max(newest, lastNs), Math.max(lastNs, changedNs) * (1 + afterglow));
}
