import fc from 'fast-check';
import { expect, it } from 'vitest';
import { forEachChangedRun, forEachRun, maxRunPages, type Run, runsOf } from '../../protocol/runs.ts';
import { pageBytes, twoSnapshots } from '../support/page-bytes.ts';

/** The same bytes at an address that is not a multiple of 4, where the faster way is not open. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length + 1).subarray(1);
  copy.set(bytes);
  return copy;
}

/** Runs as one would write them down by hand. */
function longestRuns(bytes: Uint8Array, isPart: (page: number) => boolean): Run[] {
  const runs: [number, number, number][] = [];
  bytes.forEach((byte, page) => {
    const last = runs.at(-1);
    if (!isPart(page)) return;
    if (last && last[2] === byte && last[0] + last[1] === page) last[1]++;
    else runs.push([page, 1, byte]);
  });
  return runs;
}

it('finds the longest runs of a snapshot, wherever it lies in memory', () => {
  fc.assert(
    fc.property(pageBytes, (bytes) => {
      const expected = longestRuns(bytes, () => true);
      expect(runsOf(bytes)).toEqual(expected);
      expect(runsOf(unaligned(bytes))).toEqual(expected);
    }),
  );
});

it('finds exactly the pages that changed, wherever the snapshots lie in memory', () => {
  fc.assert(
    fc.property(twoSnapshots, fc.boolean(), fc.boolean(), ({ before, after }, moveBefore, moveAfter) => {
      const runs: Run[] = [];
      const [one, two] = [moveBefore ? unaligned(before) : before, moveAfter ? unaligned(after) : after];
      forEachChangedRun(one, two, (...run) => runs.push(run));
      expect(runs).toEqual(longestRuns(after, (page) => before[page] !== after[page]));
    }),
  );
});

it('gives a run that is too long for a frame as several, of a snapshot and of what changed', () => {
  const after = new Uint8Array(maxRunPages + 5).fill(3);
  const [whole, changed]: [Run[], Run[]] = [[], []];
  forEachRun(after, (...run) => whole.push(run));
  forEachChangedRun(new Uint8Array(after.length), after, (...run) => changed.push(run));
  expect([whole, changed]).toEqual(
    Array(2).fill([
      [0, maxRunPages, 3],
      [maxRunPages, 5, 3],
    ]),
  );
});
