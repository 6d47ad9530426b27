import type { Step } from '../../../protocol/events.ts';
import type { LockRange } from '../../../protocol/lock-range.ts';
import { firstIndex } from '../../store/pages/first-index.ts';
import type { Sequence } from '../../store/session/append-only-list.ts';
import type { StepDigest } from '../../store/session/step-digest.ts';

/** How a range was locked: at once, on fault, or along with everything else of the process. */
export const lockKinds = ['mlock', 'on-fault', 'mlockall'] as const;
export type LockKind = (typeof lockKinds)[number];

/**
 * Which call's look a range has. The snapshots tell that it is locked and whether on fault; only the steps tell whether
 * that was done to this range or to the whole process: by `mlockall` between the two snapshots, or because `MCL_FUTURE`
 * was in force.
 */
export function lockKind(
  range: LockRange,
  region: number,
  digest: Pick<StepDigest, 'locking' | 'wholeProcess'>,
): LockKind {
  const own = range.onFault ? 'on-fault' : 'mlock';
  const { locking, wholeProcess } = digest;
  const during = locking
    .slice(firstEndingAfter(locking, range.unseenNs), firstBegunAt(locking, range.startNs))
    .filter(({ errno }) => errno === null);
  if (during.some((step) => isOwnLock(step, range, region))) return own;
  const everything = during.some(({ call }) => call === 'mlockall');
  return everything || locksFuture(wholeProcess, range.startNs) ? 'mlockall' : own;
}

/** Whether `MCL_FUTURE` was in force at a time: by the last call of its kind that was not refused. */
function locksFuture(wholeProcess: Sequence<Step>, atNs: number): boolean {
  for (let place = firstBegunAt(wholeProcess, atNs) - 1; place >= 0; place--) {
    const step = wholeProcess.at(place);
    if (step?.errno !== null) continue;
    return step.call === 'mlockall' && String(step.arguments.flags ?? '').includes('MCL_FUTURE');
  }
  return false;
}

const firstBegunAt = (steps: Sequence<Step>, atNs: number): number =>
  firstIndex(steps.length, (place) => (steps.at(place)?.startedNs ?? 0) >= atNs);

/** Steps follow one another: their ends are in order as their beginnings are. */
const firstEndingAfter = (steps: Sequence<Step>, atNs: number): number =>
  firstIndex(steps.length, (place) => {
    const step = steps.at(place);
    return step !== undefined && step.startedNs + step.durationNs > atNs;
  });

function isOwnLock({ call, region: of, range }: Step, locked: LockRange, region: number): boolean {
  if (of !== region || (call !== 'mlock' && call !== 'mlock2')) return false;
  if (!range) return true;
  return range.firstPage < locked.firstPage + locked.pageCount && locked.firstPage < range.firstPage + range.pageCount;
}
