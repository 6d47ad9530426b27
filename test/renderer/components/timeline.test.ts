import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../../protocol/events.ts';
import { downsample } from '../../../renderer/components/timeline/downsample.ts';
import { faultSeries, mostDrawnPoints, residentSeries } from '../../../renderer/components/timeline/series.ts';
import { timeTicks } from '../../../renderer/components/timeline/time-axis.ts';
import { digested, emptyDigest } from '../../../renderer/store/session/step-digest.ts';

describe('thinning out', () => {
  it('keeps the first, the last and the order, and no more than asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 2, max: 600 }), (count, most) => {
        const points = Array.from({ length: count }, (_, index) => index);
        const kept = downsample(points, most);
        expect(kept.length).toBe(Math.min(count, most));
        expect(kept[0]).toBe(0);
        expect(kept.at(-1)).toBe(count - 1);
        expect([...kept].sort((one, other) => one - other)).toEqual(kept);
      }),
    );
  });
});

it('adds up the faults of the calls at the end of each, and holds the sum until now', () => {
  const step = (startedNs: number, minorFaults: number): Step => ({
    index: 0,
    title: { en: '', zh: '' },
    call: 'process_vm_writev',
    arguments: {},
    returned: 1,
    errno: null,
    durationNs: 10,
    startedNs,
    minorFaults,
    majorFaults: 1,
  });
  const { faults } = digested(digested(emptyDigest, [step(0, 3)]), [step(50, 61)]);
  expect(faultSeries(faults, 100)).toEqual([
    { tNs: 10, minor: 3, major: 1 },
    { tNs: 60, minor: 64, major: 2 },
    { tNs: 100, minor: 64, major: 2 },
  ]);
  expect(faultSeries([], 100)).toEqual([]);
});

it('adds up what each region said last, and holds it until now', () => {
  const series = residentSeries(
    [
      [
        { tNs: 1, resident: 4 },
        { tNs: 3, resident: 8 },
      ],
      [{ tNs: 2, resident: 10 }],
    ],
    9,
  );
  expect(series.map(({ tNs, resident }) => [tNs, resident])).toEqual([
    [1, 4],
    [2, 14],
    [3, 18],
    [9, 18],
  ]);
});

it('never draws more points than a chart can take', () => {
  const points = Array.from({ length: 4000 }, (_, tNs) => ({ tNs, resident: tNs }));
  expect(residentSeries([points], 0)).toHaveLength(mostDrawnPoints);
});

it('marks round instants', () => {
  expect(timeTicks(5.65e9)).toEqual([0, 1e9, 2e9, 3e9, 4e9, 5e9]);
  expect(timeTicks(1.2e6)).toEqual([0, 2e5, 4e5, 6e5, 8e5, 1e6, 1.2e6]);
  expect(timeTicks(0)).toEqual([0]);
});
