import { describe, expect, it } from 'vitest';
import { histogram, pageCounts, stateCounts } from '../../protocol/counts.ts';
import { flagNames, PageFlag, type PageState, pageState, pageStates } from '../../protocol/flags.ts';

const { Resident, Present, Locked, OnFault, Swapped, Zero, Huge, DontDump } = PageFlag;
const there = Resident | Present;

const cases: readonly (readonly [what: string, flags: number, state: PageState])[] = [
  ['never touched', 0, 'absent'],
  ['written', there, 'resident'],
  ['of a file, in the page cache and not mapped', Resident, 'resident'],
  ['read, so that it maps the zero page', there | Zero, 'zero'],
  ['of a huge page', there | Huge, 'huge'],
  ['of the huge zero page', there | Huge | Zero, 'huge'],
  ['locked', there | Locked, 'locked'],
  ['locked, of a huge page', there | Locked | Huge, 'locked'],
  ['locked, of the zero page', there | Locked | Zero, 'locked'],
  ['locked on fault and there', there | Locked | OnFault, 'locked'],
  ['locked on fault and not there', Locked | OnFault, 'on-fault'],
  ['locked and not there, before a hole', Locked, 'on-fault'],
  ['swapped out', Swapped, 'swapped'],
  ['swapped out of memory that is locked on fault', Swapped | Locked | OnFault, 'swapped'],
  ['in the swap cache', Swapped | Resident, 'resident'],
  ['in the swap cache, of memory that is locked on fault', Swapped | Resident | Locked | OnFault, 'on-fault'],
  ['in the page cache, of a file that is locked on fault', Resident | Locked | OnFault, 'on-fault'],
  ['in the page cache, of a file that is locked', Resident | Locked, 'on-fault'],
  ['left out of core files', DontDump, 'absent'],
  ['a guard page', Zero, 'guard'],
  ['a guard page that is locked and left out of core files', Zero | Locked | DontDump, 'guard'],
  ['nothing', Huge, 'unmapped'],
  ['written and left out of core files', there | DontDump, 'resident'],
];

describe('a page', () => {
  it.each(cases)('%s: %i is %s', (_, flags, state) => expect(pageState(flags)).toBe(state));

  it('is unknown where mincore told nothing, and only there', () => {
    for (const [, flags, state] of cases) {
      expect(pageState(flags, Resident)).toBe(state === 'unmapped' ? 'unmapped' : 'unknown');
      expect(pageState(flags, Zero | Huge | OnFault | DontDump)).toBe(state);
    }
  });

  it('that is not resident is unknown where nothing tells swap, and not called locked where the page table is not read', () => {
    const unread = Present | Swapped | Zero | Huge;
    expect([0, DontDump, Locked, Locked | OnFault].map((flags) => pageState(flags, unread))).toEqual(
      Array(4).fill('unknown'),
    );
    expect([Resident, Resident | Locked, Resident | Locked | OnFault].map((flags) => pageState(flags, unread))).toEqual(
      Array(3).fill('resident'),
    );
    expect(pageState(Huge, unread)).toBe('unmapped');
  });
});

it('has the names of its flags, and none for the combinations that stand for something else', () => {
  expect([there | Huge | Locked, Huge, Zero, Zero | DontDump, there | Zero].map((flags) => flagNames(flags))).toEqual([
    ['Resident', 'Present', 'Locked', 'Huge'],
    [],
    [],
    ['DontDump'],
    ['Resident', 'Present', 'Zero'],
  ]);
});

describe('counts', () => {
  const flags = Uint8Array.from(cases.flatMap(([, byte], index) => Array<number>(index + 1).fill(byte)));
  const counted = (wanted: (byte: number) => boolean) => flags.reduce((sum, byte) => sum + Number(wanted(byte)), 0);

  it('of each flag are those of its pages, and of each state too: every page once', () => {
    const bins = histogram(flags);
    expect(pageCounts(bins)).toEqual({
      resident: counted((byte) => (byte & Resident) !== 0),
      present: counted((byte) => (byte & Present) !== 0),
      locked: counted((byte) => (byte & Locked) !== 0 && (byte & Present) !== 0),
      vmLocked: counted((byte) => (byte & Locked) !== 0),
      onFault: counted((byte) => (byte & OnFault) !== 0),
      swapped: counted((byte) => (byte & Swapped) !== 0),
      zero: counted((byte) => (byte & Zero) !== 0 && (byte & Present) !== 0),
      guard: counted((byte) => (byte & Zero) !== 0 && (byte & Present) === 0),
      huge: counted((byte) => (byte & Huge) !== 0 && byte !== Huge),
      unmapped: counted((byte) => byte === Huge),
      dontDump: counted((byte) => (byte & DontDump) !== 0),
    });
    const states = stateCounts(bins);
    for (const state of pageStates) expect(states[state], state).toBe(counted((byte) => pageState(byte) === state));
  });

  it('of pages that mincore told nothing of are all of the unknown', () => {
    expect(stateCounts(histogram(flags), Resident)).toMatchObject({
      unknown: flags.length - stateCounts(histogram(flags)).unmapped,
      resident: 0,
      absent: 0,
    });
  });
});
