import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageFlag } from '../../protocol/flags.ts';
import { LockRanges, lockState } from '../../protocol/lock-ranges.ts';
import { forEachChangedRun, forEachRun } from '../../protocol/runs.ts';

const { Resident, Locked, OnFault } = PageFlag;

/** Shows snapshots to a history as frames do: the first whole, then what changed. Snapshot n is taken at n + 1. */
function shown(snapshots: readonly (readonly number[])[]): LockRanges {
  const locks = new LockRanges();
  let before: Uint8Array | undefined;
  snapshots.forEach((snapshot, index) => {
    const after = Uint8Array.from(snapshot);
    const apply = (firstPage: number, pageCount: number, flags: number) => locks.apply(firstPage, pageCount, flags);
    locks.begin(index + 1);
    if (before) forEachChangedRun(before, after, apply);
    else forEachRun(after, apply);
    locks.finish(snapshot.filter((flags) => lockState(flags) !== 'unlocked').length);
    before = after;
  });
  return locks;
}

const rectangles = (locks: LockRanges) =>
  locks
    .ranges()
    .map(({ firstPage, pageCount, startNs, endNs, onFault }) => [firstPage, pageCount, startNs, endNs, onFault]);

describe('locked ranges', () => {
  it('last from the first snapshot that shows them locked to the first that does not', () => {
    const locks = shown([
      [0, 0, 0, 0],
      [0, Locked, Locked, 0],
      [0, Locked, Locked, 0],
      [0, 0, 0, 0],
    ]);
    expect(locks.ranges()).toEqual([{ firstPage: 1, pageCount: 2, startNs: 2, unseenNs: 1, endNs: 4, onFault: false }]);
  });

  it('are split by an unlock in their middle', () => {
    const locks = shown([
      [Locked, Locked, Locked, Locked, Locked],
      [Locked, Locked, 0, Locked, Locked],
    ]);
    expect(rectangles(locks)).toEqual([
      [2, 1, 1, 2, false],
      [0, 2, 1, undefined, false],
      [3, 2, 1, undefined, false],
    ]);
  });

  it('stay one while pages become resident in them', () => {
    const locks = shown([
      [Locked | OnFault, Locked | OnFault, Locked | OnFault],
      [Locked | OnFault, Locked | OnFault | Resident, Locked | OnFault],
    ]);
    expect(rectangles(locks)).toEqual([[0, 3, 1, undefined, true]]);
  });

  it('are one although residency cuts the snapshot that shows them into runs', () => {
    expect(rectangles(shown([[Locked, Locked | Resident, Locked]]))).toEqual([[0, 3, 1, undefined, false]]);
  });

  it('end and begin anew when a lock on fault becomes a lock at once', () => {
    const locks = shown([
      [OnFault | Locked, OnFault | Locked],
      [Locked | Resident, Locked | Resident],
    ]);
    expect(rectangles(locks)).toEqual([
      [0, 2, 1, 2, true],
      [0, 2, 2, undefined, false],
    ]);
  });

  it('that begin and end at one instant were never there', () => {
    const locks = new LockRanges();
    for (const flags of [Locked, Locked | OnFault, 0]) {
      locks.begin(5);
      locks.apply(0, 4, flags);
      locks.finish(flags === 0 ? 0 : 4);
    }
    expect(locks.ranges()).toEqual([]);
  });

  it('too scattered to follow are one, which knows how many pages it has and ends with the last of them', () => {
    const scattered = Array.from({ length: 8192 }, (_, page) => (page % 2 ? Locked : 0));
    const locks = shown([scattered, scattered.map((flags, page) => (page < 100 ? 0 : flags))]);
    expect(locks.ranges()).toEqual([expect.objectContaining({ startNs: 1, scattered: 4096 })]);
    locks.begin(9);
    locks.finish(0);
    expect(locks.ranges()).toEqual([expect.objectContaining({ endNs: 9, scattered: 4096 })]);
  });

  it('cover each page at each instant exactly as the snapshots said', () => {
    const flags = fc.constantFrom(0, Resident, Locked, Locked | Resident, Locked | OnFault, OnFault);
    const snapshots = fc
      .integer({ min: 1, max: 24 })
      .chain((pages) =>
        fc.array(fc.array(flags, { minLength: pages, maxLength: pages }), { minLength: 1, maxLength: 8 }),
      );
    fc.assert(
      fc.property(snapshots, (all) => {
        const ranges = shown(all).ranges();
        all.forEach((snapshot, index) => {
          const now = index + 1;
          snapshot.forEach((byte, page) => {
            const covering = ranges.filter(
              ({ firstPage, pageCount, startNs, endNs }) =>
                page >= firstPage && page < firstPage + pageCount && startNs <= now && (endNs ?? Infinity) > now,
            );
            const state = lockState(byte);
            expect(covering.map(({ onFault }) => onFault)).toEqual(state === 'unlocked' ? [] : [state === 'on-fault']);
          });
        });
      }),
    );
  });
});
