import type { Step } from '../../../protocol/events.ts';

import { type LockRange, lockState } from '../../store/lock-ranges.ts';
import type { RegionPages } from '../../store/pages.ts';

/** How a range came to be locked: at once, on fault, or along with everything else of the process. */
export const lockKinds = ['mlock', 'on-fault', 'mlockall'] as const;
export type LockKind = (typeof lockKinds)[number];

const lockingCalls: ReadonlySet<string> = new Set(['mlock', 'mlock2', 'mlockall', 'munlock', 'munlockall']);

/** Whether a step is about locking, refused or not. */
export const isAboutLocks = ({ call }: Step): boolean => lockingCalls.has(call);

/** Whether any page of a region is locked, or was. */
export function everLocked(pages: RegionPages | undefined): boolean {
  if (!pages) return false;
  return (
    pages.locks.ranges().length > 0 || pages.bins.some((count, byte) => count > 0 && lockState(byte) !== 'unlocked')
  );
}

/**
 * Which call's look a range has. The snapshots tell that it is locked and whether on fault; only the steps tell whether that was
 * done to this range or to the whole process: by `mlockall` between the two snapshots, or because `MCL_FUTURE` was in force.
 */
export function lockKind(range: LockRange, region: number, steps: readonly Step[]): LockKind {
  const own = range.onFault ? 'on-fault' : 'mlock';
  let future = false;
  let everything = false;
  for (const step of steps) {
    if (step.startedNs >= range.startNs) break;
    if (step.errno !== null) continue;
    const during = step.startedNs + step.durationNs > range.unseenNs;
    if (step.call === 'mlockall') {
      const flags = String(step.arguments.flags ?? '');
      future = flags.includes('MCL_FUTURE');
      everything ||= during;
    } else if (step.call === 'munlockall') future = false;
    else if (during && isOwnLock(step, range, region)) return own;
  }
  return everything || future ? 'mlockall' : own;
}

function isOwnLock({ call, region: of, range }: Step, locked: LockRange, region: number): boolean {
  if (of !== region || (call !== 'mlock' && call !== 'mlock2')) return false;
  if (!range) return true;
  return range.firstPage < locked.firstPage + locked.pageCount && locked.firstPage < range.firstPage + range.pageCount;
}
