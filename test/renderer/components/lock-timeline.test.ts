import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RegionInfo, Sample, Step } from '../../../protocol/events.ts';
import { byteTicks } from '../../../renderer/components/byte-ticks.ts';
import { barAt, barRect, geometryOf, timeAt, xOf } from '../../../renderer/components/lock-timeline/geometry.ts';
import { type KnownRange, lockBars, lockedAt, mostBars } from '../../../renderer/components/lock-timeline/lock-bars.ts';
import { lockKind } from '../../../renderer/components/lock-timeline/lock-kind.ts';
import { lockedScale, lockedSeries, refusals } from '../../../renderer/components/lock-timeline/locked-series.ts';
import { timeTicks } from '../../../renderer/components/lock-timeline/time-axis.ts';
import { sampleAt } from '../../../renderer/store/session/instant.ts';
import { digested, emptyDigest } from '../../../renderer/store/session/step-digest.ts';

const step = (startedNs: number, call: string, more: Partial<Step> = {}): Step => ({
  index: startedNs,
  title: { en: '', zh: '' },
  call,
  arguments: {},
  returned: 0,
  errno: null,
  durationNs: 5,
  startedNs,
  ...more,
});
const all = (startedNs: number, flags: string) => step(startedNs, 'mlockall', { arguments: { flags } });
const range = (more: Partial<KnownRange> = {}): KnownRange => ({
  region: 1,
  kind: 'mlock',
  firstPage: 0,
  pageCount: 4,
  unseenNs: 100,
  startNs: 200,
  onFault: false,
  ...more,
});

describe('how a range was locked', () => {
  const own = { region: 1, range: { firstPage: 2, pageCount: 2 } };

  it.each([
    ['mlock, when a step locked it', [step(150, 'mlock', own)], false, 'mlock'],
    ['on fault, when smaps says so', [step(150, 'mlock2', own)], true, 'on-fault'],
    ['mlockall, when everything was locked between the two snapshots', [all(150, 'MCL_CURRENT')], false, 'mlockall'],
    ['mlockall, when MCL_FUTURE was in force, long before', [all(10, 'MCL_CURRENT|MCL_FUTURE')], false, 'mlockall'],
    ['mlockall, also on fault', [all(10, 'MCL_FUTURE|MCL_ONFAULT')], true, 'mlockall'],
    ['mlock, when MCL_CURRENT was long before', [all(10, 'MCL_CURRENT')], false, 'mlock'],
    ['mlock, when munlockall had ended it', [all(10, 'MCL_FUTURE'), step(50, 'munlockall')], false, 'mlock'],
    [
      'mlock, when a later mlockall left MCL_FUTURE out',
      [all(10, 'MCL_FUTURE'), all(50, 'MCL_CURRENT')],
      false,
      'mlock',
    ],
    [
      'mlock, when a step locked it although MCL_FUTURE was in force',
      [all(10, 'MCL_FUTURE'), step(150, 'mlock', own)],
      false,
      'mlock',
    ],
    [
      'mlockall, when the step was about another region',
      [all(10, 'MCL_FUTURE'), step(150, 'mlock', { ...own, region: 2 })],
      false,
      'mlockall',
    ],
    ['mlock, when mlockall was refused', [{ ...all(150, 'MCL_CURRENT'), errno: 'ENOMEM' }], false, 'mlock'],
    ['mlock, when mlockall came after', [all(250, 'MCL_FUTURE')], false, 'mlock'],
  ] as const)('is %s', (_, steps, onFault, kind) => {
    expect(lockKind(range({ onFault }), 1, digested(emptyDigest, steps))).toBe(kind);
  });
});

describe('bars', () => {
  it('are the ranges while they are few', () => {
    expect(lockBars([range({ endNs: 300 }), range({ region: 2 })])).toEqual([
      expect.objectContaining({ region: 1, firstPage: 0, lastPage: 3, pages: 4, ranges: 1, startNs: 200, endNs: 300 }),
      expect.objectContaining({ region: 2, endNs: undefined }),
    ]);
  });

  it('are never more than can be drawn, and lose no range and no page', () => {
    const some = fc.record({
      region: fc.integer({ min: 1, max: 4 }),
      kind: fc.constantFrom('mlock', 'on-fault', 'mlockall'),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 900 }), (kinds) => {
        const ranges = kinds.map((each, page) => range({ ...each, firstPage: page * 2, pageCount: 1, startNs: page }));
        const bars = lockBars(ranges);
        expect(bars.length).toBeLessThanOrEqual(mostBars);
        expect(bars.reduce((sum, bar) => sum + bar.ranges, 0)).toBe(ranges.length);
        expect(bars.reduce((sum, bar) => sum + bar.pages, 0)).toBe(ranges.length);
        for (const { region, kind, firstPage, startNs } of ranges) {
          const own = bars.filter((bar) => bar.region === region && bar.kind === kind);
          expect(
            own.some((bar) => bar.firstPage <= firstPage && firstPage <= bar.lastPage && bar.startNs <= startNs),
          ).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('count a page once that was locked twice', () => {
    const again = [range({ endNs: 300 }), range({ startNs: 400, endNs: 500 })];
    expect(lockBars(again, 1)).toEqual([expect.objectContaining({ pages: 4, ranges: 2, startNs: 200, endNs: 500 })]);
  });

  it('tell what is locked at a time', () => {
    const bars = lockBars([range({ endNs: 300 }), range({ startNs: 300 })]);
    expect(lockedAt(bars, 250).map(({ startNs }) => startNs)).toEqual([200]);
    expect(lockedAt(bars, 300).map(({ startNs }) => startNs)).toEqual([300]);
    expect(lockedAt(bars, 100)).toEqual([]);
  });

  it('are told as one where their pages follow on each other, as those of one call would be', () => {
    const locked = (firstPage: number, lastPage: number, startNs: number, more: Partial<KnownRange> = {}) =>
      range({ firstPage, pageCount: lastPage - firstPage + 1, startNs, ...more });
    const calls = [locked(2, 3, 20), locked(0, 0, 5), locked(1, 1, 10), locked(4, 7, 30), locked(9, 9, 40)];
    const told = lockedAt(lockBars([...calls, locked(8, 8, 50, { onFault: true })]), 250);
    expect(told.map(({ firstPage, lastPage, pages }) => [firstPage, lastPage, pages])).toEqual([
      [0, 7, 8],
      [9, 9, 1],
      [8, 8, 1],
    ]);
  });
});

describe('VmLck over time', () => {
  const sample = (tNs: number, vmLck: number, memlockSoft?: Sample['memlockSoft']): Sample => ({
    tNs,
    vmLck,
    vmRss: 0,
    minorFaults: 0,
    majorFaults: 0,
    ...(memlockSoft !== undefined && { memlockSoft }),
  });

  it('leaves out what lies between equal neighbours', () => {
    const series = lockedSeries([sample(0, 0), sample(1, 0), sample(2, 0), sample(3, 8), sample(4, 8), sample(5, 8)]);
    expect(series.map(({ tNs }) => tNs)).toEqual([0, 2, 3, 5]);
  });

  it('has no line where there is no limit', () => {
    expect(lockedSeries([sample(0, 0, 'unlimited'), sample(1, 0, 65536)]).map(({ soft }) => soft)).toEqual([
      null,
      65536,
    ]);
  });

  it('keeps the peak, the ends and the order however many samples there are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1 << 30), { minLength: 1, maxLength: 3000 }), (values) => {
        const series = lockedSeries(values.map((vmLck, tNs) => sample(tNs, vmLck)));
        expect(series.length).toBeLessThanOrEqual(500);
        expect(Math.max(...series.map(({ vmLck }) => vmLck))).toBe(Math.max(...values));
        expect([series[0]?.tNs, series.at(-1)?.tNs]).toEqual([0, values.length - 1]);
        expect(series.map(({ tNs }) => tNs)).toEqual(series.map(({ tNs }) => tNs).toSorted((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });

  it('draws a limit that is near, and names one that would flatten the area', () => {
    const points = lockedSeries([sample(0, 0, 8 << 20), sample(1, 65536, 8 << 20), sample(2, 65536, 65536)]);
    expect(lockedScale(points)).toEqual({ topBytes: 65536, mostLimitBytes: 24 * 65536 });
    expect(lockedScale(lockedSeries([sample(0, 0, 8 << 20)])).topBytes).toBe(8 << 20);
  });

  it('is at any time what the last sample said', () => {
    const samples = [sample(10, 1), sample(20, 2)];
    expect([9, 10, 19, 99].map((tNs) => sampleAt(samples, tNs)?.vmLck)).toEqual([undefined, 1, 1, 2]);
  });

  it('has round sizes beside it', () => {
    expect(byteTicks(65536)).toEqual([0, 32768, 65536]);
    expect(byteTicks(1)).toEqual([0, 1]);
  });
});

it('marks refused calls that are near to each other once', () => {
  const refused = (startedNs: number, errno: string) => step(startedNs, 'mlock', { errno });
  expect(
    refusals(
      [refused(0, 'ENOMEM'), step(1, 'mlock'), refused(3, 'EPERM'), refused(4, 'ENOMEM'), refused(20, 'EAGAIN')],
      10,
    ),
  ).toEqual([
    { tNs: 0, errnos: ['ENOMEM', 'EPERM'], count: 3 },
    { tNs: 20, errnos: ['EAGAIN'], count: 1 },
  ]);
});

describe('the drawing', () => {
  const region = (id: number, pages: number): RegionInfo => ({
    id,
    label: 'A',
    address: '0x1000',
    length: pages * 4096,
    pages,
    kind: 'anonymous',
    protection: 'rw-p',
  });
  const geometry = geometryOf({ width: 700, height: 150 }, [region(1, 64), region(2, 1 << 20)], 1000);

  it('finds the time under a place again, and none beyond the axis', () => {
    expect(timeAt(xOf(250, geometry), geometry)).toBeCloseTo(250);
    expect(timeAt(-50, geometry)).toBe(0);
    expect(timeAt(9999, geometry)).toBe(1000);
  });

  it('shows a single page of a million, inside the band of its region', () => {
    const last = (1 << 20) - 1;
    const [bar] = lockBars([range({ region: 2, firstPage: last, pageCount: 1, startNs: 999, endNs: 999 })]);
    const rect = bar && barRect(bar, geometry);
    expect(rect?.height).toBeGreaterThanOrEqual(3);
    expect(rect?.width).toBeGreaterThanOrEqual(2);
    expect((rect?.y ?? 0) + (rect?.height ?? 0)).toBeLessThanOrEqual(geometry.top + geometry.bandsHeight);
  });

  it('tells of the smallest bar under the pointer', () => {
    const bars = lockBars([
      range({ pageCount: 64 }),
      range({ kind: 'on-fault', firstPage: 0, pageCount: 1, startNs: 300, endNs: 400 }),
    ]);
    const y = geometry.top + 1;
    expect(barAt(bars, geometry, xOf(350, geometry), y)?.kind).toBe('on-fault');
    expect(barAt(bars, geometry, xOf(500, geometry), y)?.kind).toBe('mlock');
    expect(barAt(bars, geometry, xOf(100, geometry), y)).toBeUndefined();
  });
});

it('marks round instants', () => {
  expect(timeTicks(5.65e9)).toEqual([0, 1e9, 2e9, 3e9, 4e9, 5e9]);
  expect(timeTicks(1.2e6)).toEqual([0, 2e5, 4e5, 6e5, 8e5, 1e6, 1.2e6]);
  expect(timeTicks(0)).toEqual([0]);
});
