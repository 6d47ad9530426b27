/** mlockall, seen from a mapping made before it and one made after. */
import { mlockall, munlockall } from '../../native/calls/mlock.ts';
import { isLocked } from '../../native/proc/vma.ts';
import { bytes, gives, inCore, lockedPages, withPages } from '../rule.ts';

/** What was seen while all was locked. */
export type Everything = {
  /** VmLck in pages: before, while all is locked, after. */
  readonly vmLck: readonly [number, number, number];
  /** `locked, 4 of 4 in core` */
  readonly before: string;
  readonly after: string;
};

/** Whether four pages are locked, and how many of them are in core. */
export function lockState(address: bigint): string {
  return `${isLocked(address, bytes(4)).locked ? 'locked' : 'unlocked'}, ${inCore(address, 4)} of 4 in core`;
}

/** Locks with `flags`, maps, looks, unlocks. In between it does next to nothing: see `mlockall.ts`. */
export function lockEverything(flags: number): Everything {
  munlockall();
  const none = lockedPages();
  const seen = withPages(4, (before) => {
    try {
      gives(mlockall(flags), null, 'mlockall');
      const all = lockedPages();
      return withPages(4, (after) => ({ all, before: lockState(before), after: lockState(after) }));
    } finally {
      munlockall();
    }
  });
  return { vmLck: [none, seen.all, lockedPages()], before: seen.before, after: seen.after };
}
