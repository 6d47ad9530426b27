import { describe, expect, it } from 'vitest';
import type { TargetMapping } from '../../../protocol/process-look.ts';
import { addressStretches, stretchAt, stripColumns } from '../../../renderer/components/process/address-strip.ts';
import { groupMappings, mappingRows } from '../../../renderer/components/process/mapping-rows.ts';
import { barWidth, stateShares } from '../../../renderer/components/process/state-shares.ts';

const page = 4096;

const mapping = (start: number, pages: number, changes: Partial<TargetMapping> = {}): TargetMapping => ({
  start: `0x${start.toString(16)}`,
  end: `0x${(start + pages * page).toString(16)}`,
  protection: 'rw-p',
  kind: 'anonymous',
  name: '',
  pages,
  residentPages: pages,
  swappedPages: 0,
  zeroPages: 0,
  hugePages: 0,
  guardPages: 0,
  lockedPages: 0,
  locked: 'no',
  pssBytes: null,
  dirtyBytes: null,
  ...changes,
});

const libc = { kind: 'file', name: '/usr/lib/libc.so.6' } as const;
const some = [
  mapping(0x55_0000_0000, 2, { kind: 'heap' }),
  mapping(0x7f00_0000_0000, 8),
  mapping(0x7f00_0010_0000, 4, libc),
  mapping(0x7f00_0020_0000, 16),
  mapping(0x7f00_0030_0000, 1, libc),
];
const rowsOf = (mappings: readonly TargetMapping[], search = '', opened: readonly string[] = []) =>
  mappingRows(groupMappings(mappings), new Set(opened), search, (kind) => `kind ${kind}`);
const told = (rows: ReturnType<typeof rowsOf>) =>
  rows.map((row) => (row.kind === 'group' ? `${row.group.kind} ${row.group.mappings}` : row.mapping.start));

describe('the list of mappings', () => {
  it('has a row for each group, those with most pages first, and the members of one that is opened', () => {
    expect(told(rowsOf(some))).toEqual(['anonymous 2', 'file 2', 'heap 1']);
    expect(told(rowsOf(some, '', ['file /usr/lib/libc.so.6']))).toEqual([
      'anonymous 2',
      'file 2',
      '0x7f0000100000',
      '0x7f0000300000',
      'heap 1',
    ]);
  });

  it('finds a group by its name and by the word for its kind', () => {
    expect(told(rowsOf(some, 'LIBC'))).toEqual(['file 2']);
    expect(told(rowsOf(some, 'kind heap'))).toEqual(['heap 1']);
    expect(rowsOf(some, 'nothing such')).toEqual([]);
  });

  it('finds a mapping by an address in it and by the first digits of its own, and counts what was found', () => {
    expect(told(rowsOf(some, '0x7f0000002fff'))).toEqual(['anonymous 1']);
    expect(told(rowsOf(some, '7f00003'))).toEqual(['file 1']);
    expect(told(rowsOf(some, '7f00'))).toEqual([
      'anonymous 2',
      '0x7f0000000000',
      '0x7f0000200000',
      'file 2',
      '0x7f0000100000',
      '0x7f0000300000',
    ]);
  });
});

describe('the bar of states', () => {
  it('has each page once, and all of them', () => {
    const counts = { residentPages: 10, lockedPages: 4, hugePages: 3, zeroPages: 2, swappedPages: 5, guardPages: 1 };
    expect(stateShares({ ...counts, pages: 20 })).toEqual([
      { state: 'locked', pages: 4 },
      { state: 'huge', pages: 3 },
      { state: 'resident', pages: 1 },
      { state: 'zero', pages: 2 },
      { state: 'swapped', pages: 5 },
      { state: 'guard', pages: 1 },
      { state: 'absent', pages: 4 },
    ]);
  });

  it('is unknown where the page table could not be read, and not empty', () => {
    expect(stateShares(mapping(0, 8, { residentPages: null }))).toEqual([{ state: 'unknown', pages: 8 }]);
  });

  it('grows with the square root, up to the whole', () => {
    expect(barWidth(25, 100)).toBe(0.5);
    expect(barWidth(1e9, 100)).toBe(1);
  });
});

describe('the strip of the address space', () => {
  it('has the mappings by address within its width, gaps shortened and small holes left out', () => {
    const { x, width } = addressStretches(some, 300);
    const ends = [...x].map((from, at) => from + (width[at] ?? 0));
    expect(ends.at(-1)).toBeCloseTo(300);
    // A gap of terabytes before the second, and one of a MiB or so before each of those that follow.
    for (const [at, from] of x.entries()) if (at > 0) expect(from - (ends[at - 1] ?? 0)).toBeGreaterThanOrEqual(0);
    expect((x[1] ?? 0) - (ends[0] ?? 0)).toBeCloseTo(5);
    const beside = addressStretches([mapping(0x1000, 1), mapping(0x3000, 1)], 100);
    expect(beside.x[1]).toBeCloseTo(50);
  });

  it('finds what is under the pointer', () => {
    const stretches = addressStretches(some, 300);
    const { x, width } = stretches;
    for (const [at, from] of x.entries()) expect(stretchAt(stretches, from + (width[at] ?? 0) / 2)).toBe(at);
    expect(stretchAt(stretches, 1e6)).toBe(some.length - 1);
    expect(stretchAt(addressStretches([], 300), 5)).toBe(-1);
  });

  it('sums up sixty thousand mappings in as many columns as ten', () => {
    const many = Array.from({ length: 60_000 }, (_, at) =>
      mapping(0x7f00_0000_0000 + at * 2 * page, 1, { residentPages: at % 2 }),
    );
    const columns = stripColumns(addressStretches(many, 500), 500, 1);
    expect(columns).toHaveLength(500);
    for (const column of columns) {
      expect(column).toHaveLength(1);
      expect(column?.[0]?.state).toBe('resident');
      expect(column?.[0]?.share).toBeCloseTo(0.5, 1);
    }
  });
});
