import { describe, expect, it } from 'vitest';
import type { Claim, CoreMapping, Step } from '../../../protocol/events.ts';
import { type Nature, natureOf } from '../../../protocol/nature.ts';
import { skippedFor } from '../../../renderer/components/core-file/skipped.ts';
import { isTelling, segmentAfter, segmentAt, segmentsOf } from '../../../renderer/components/core-file/strip.ts';
import { verdictOf } from '../../../renderer/components/core-file/verdict.ts';

const text = (en: string) => ({ en, zh: en });
const at = (address: number, memoryBytes: number, more: Partial<CoreMapping> = {}): CoreMapping => ({
  address: `0x${address.toString(16)}`,
  memoryBytes,
  fileBytes: memoryBytes,
  hits: [],
  ...more,
});
const regions = [
  { id: 1, address: '0x5000' },
  { id: 2, address: '0x7000' },
  { id: 3, address: '0x3000' },
];
const found = [1, 2, 3].map((marker) => ({ marker, count: 0 }));

describe('the strip of a core file', () => {
  const file = {
    found,
    mappings: [
      at(0x1000, 1 << 30),
      at(0x5000, 4096, { region: 1, hits: [{ marker: 1, count: 1 }] }),
      at(0x7000, 4096, { region: 2, fileBytes: 0 }),
      at(0x9000, 4096),
      at(0xa000, 4096, { hits: [{ marker: 1, count: 2 }] }),
    ],
  };
  const segments = segmentsOf(file, regions, 800);

  it('fills its width, by address, without a gap', () => {
    let x = 0;
    for (const segment of segments) {
      expect(segment.x).toBeCloseTo(x);
      x += segment.width;
    }
    expect(x).toBeCloseTo(800);
  });

  it('puts a region that the file does not name where it would be', () => {
    expect(segments.map(({ mapping, region }) => mapping?.address ?? region)).toEqual([
      '0x1000',
      3,
      '0x5000',
      '0x7000',
      '0x9000',
      '0xa000',
    ]);
  });

  it('leaves room for a region and for a hit beside a gigabyte, and shows a page that is neither', () => {
    const telling = segments.filter(isTelling);
    expect(telling).toHaveLength(4);
    for (const { width } of telling) expect(width).toBeGreaterThanOrEqual(40);
    expect(segments[4]?.width).toBeGreaterThan(0.5);
    expect(segments[0]?.width).toBeGreaterThan(segments[4]?.width ?? 0);
  });

  it('keeps within its width when something was found everywhere', () => {
    const everywhere = Array.from({ length: 600 }, (_, index) =>
      at(0x100000 + index * 0x1000, 4096, { hits: [{ marker: 1, count: 1 }] }),
    );
    const last = segmentsOf({ found: [], mappings: [...everywhere, at(0x90000000, 1 << 20)] }, [], 500).at(-1);
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(500);
  });

  it('finds what is pointed at, beyond its ends too', () => {
    expect(segments.map(({ x, width }) => segmentAt(segments, x + width / 2))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(segmentAt(segments, -5)).toBe(0);
    expect(segmentAt(segments, 5000)).toBe(5);
    expect(segmentAt([], 1)).toBe(-1);
  });

  it.each<[string, number | undefined, number | undefined]>([
    ['ArrowRight', undefined, 0],
    ['ArrowRight', 5, 5],
    ['ArrowLeft', undefined, 5],
    ['ArrowLeft', 3, 2],
    ['Home', 3, 0],
    ['End', undefined, 5],
    ['PageDown', undefined, 1],
    ['PageDown', 3, 5],
    ['PageDown', 5, 5],
    ['PageUp', undefined, 5],
    ['PageUp', 1, 1],
    ['a', 3, undefined],
  ])('goes by %s from mapping %o to %o', (key, from, to) => {
    expect(segmentAfter(key, from, segments)).toBe(to);
  });
});

describe('the verdict on a core file', () => {
  const natures: Record<number, Nature> = { 1: 'unprotected', 2: 'locked-dont-dump', 3: 'secret' };
  const verdict = (counts: readonly number[], truncated = false) =>
    verdictOf(
      { truncated, found: counts.map((count, index) => ({ marker: index + 1, count })) },
      (id) => natures[id] ?? 'unprotected',
    );

  it('is good when only the unprotected marker is in it', () => {
    expect(verdict([1, 0, 0])).toBe('clean');
  });

  it('is bad as soon as a protected marker is in it, however little of it could be searched', () => {
    expect(verdict([1, 1, 0])).toBe('leaked');
    expect(verdict([0, 0, 1], true)).toBe('leaked');
  });

  it('takes an absence for a proof only when the unprotected marker was found in a whole file', () => {
    expect(verdict([0, 0, 0])).toBe('unproven');
    expect(verdict([1, 0, 0], true)).toBe('cut-short');
  });

  it('does not take a lock for something that keeps a page out', () => {
    natures[2] = 'locked';
    expect(verdict([0, 1, 0])).toBe('clean');
  });
});

it('calls a region what the calls on it made it, as far as they succeeded', () => {
  const step = (call: string, region: number, more: Partial<Step> = {}): Step => ({
    index: 0,
    title: text(call),
    region,
    call,
    arguments: {},
    returned: 0,
    errno: null,
    durationNs: 1,
    startedNs: 1,
    ...more,
  });
  const steps = [
    step('mlock', 2),
    step('madvise', 2, { arguments: { advice: 'MADV_DONTDUMP' } }),
    step('mlock', 4, { errno: 'ENOMEM' }),
    step('madvise', 4, { arguments: { advice: 'MADV_NOHUGEPAGE' } }),
    step('munlock', 2),
  ];
  const nature = (id: number, kind: 'anonymous' | 'secret' = 'anonymous') => natureOf({ id, kind }, steps);
  expect([nature(1), nature(2), nature(3, 'secret'), nature(4)]).toEqual([
    'unprotected',
    'locked-dont-dump',
    'secret',
    'unprotected',
  ]);
});

it('names a reason for skipping once, with every claim that it leaves open', () => {
  const claim = (id: string, status: Claim['status'], reason?: string): Claim => ({
    id,
    text: text(id),
    expected: 1,
    measured: 1,
    status,
    ...(reason && { reason: text(reason) }),
  });
  const claims = [claim('a', 'skipped', 'no gdb'), claim('b', 'held'), claim('c', 'skipped', 'no gdb')];
  expect(skippedFor(new Map(claims.map((each) => [each.id, each])))).toEqual([
    { reason: text('no gdb'), claims: [text('a'), text('c')] },
  ]);
});
