/** When the flags of smaps are read, seen by what a look shows of a change that nobody told it of. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clock } from '../../../lab/base/clock.ts';
import { countOrNull, lookOf, together } from '../../../lab/regions/look.ts';
import { betweenSteps, Observer } from '../../../lab/regions/observer.ts';
import { Region } from '../../../lab/regions/region.ts';
import { MLOCK, mlock, mlock2, munlock } from '../../../native/calls/mlock.ts';
import { MADV, madvise, mprotect, PROT } from '../../../native/calls/mman.ts';
import { touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { FEW_PAGES } from '../../../native/pages/anonymous.ts';
import { readSmapsAsync, type SmapsEntry } from '../../../native/proc/smaps.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { makeHuge } from '../../support/native-memory.ts';
import { witness } from '../../support/smaps-witness.ts';
import { until } from '../../support/until.ts';

const pages = 8;
const size = pageSize();
const clock = new Clock();
let region: Region;
let observer: Observer;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const made = Region.map(1, 'A', { pages, protection: ['PROT_READ', 'PROT_WRITE'] }, (call) => call());
  if (!made.region) throw new Error('nothing was mapped');
  region = made.region;
  observer = new Observer(region);
});
afterEach(async () => {
  vi.useRealTimers();
  await region.release();
});

const at = (page: number) => region.address + BigInt(page * size);
const pagesWith = (flag: keyof typeof PageFlag) => {
  const { flags } = observer.look(clock, betweenSteps);
  return [...flags.keys()].filter((page) => (flags[page] ?? 0) & PageFlag[flag]);
};

describe('what only smaps tells', () => {
  it('is read after a call that may have changed it, and not again', () => {
    pagesWith('DontDump');
    madvise(at(0), 2 * size, MADV.DONTDUMP);
    observer.expectVmFlags();
    expect(pagesWith('DontDump')).toEqual([0, 1]);
    madvise(at(0), 2 * size, MADV.DODUMP);
    madvise(at(2), 2 * size, MADV.DONTDUMP);
    // The VMAs have other bounds than before, so that what was read of them no longer holds.
    expect(pagesWith('DontDump')).toEqual([2, 3]);
  });

  it('is taken over by the pieces of a split, at once and for a while, and then made sure of, once', () => {
    mlock2(at(0), pages * size, MLOCK.ONFAULT);
    observer.expectVmFlags();
    expect(pagesWith('OnFault')).toHaveLength(pages);

    // Locked in whole, of which a look that asks smaps would know.
    munlock(at(0), 4 * size);
    mlock(at(0), 4 * size);
    observer.expectSplit();
    expect(pagesWith('OnFault')).toHaveLength(pages);
    vi.advanceTimersByTime(399);
    expect(pagesWith('OnFault')).toHaveLength(pages);
    vi.advanceTimersByTime(1);
    expect(pagesWith('OnFault')).toEqual([4, 5, 6, 7]);

    // Made sure of: from now on it is asked as seldom as before.
    madvise(at(4), 4 * size, MADV.DONTDUMP);
    vi.advanceTimersByTime(10_000);
    expect(pagesWith('DontDump')).toEqual([]);
    observer.expectVmFlags();
    expect(pagesWith('DontDump')).toEqual([4, 5, 6, 7]);
  });

  it('waits until the splits are over', () => {
    pagesWith('DontDump');
    for (let page = 0; page < 4; page++) {
      madvise(at(page), size, MADV.DONTDUMP);
      observer.expectSplit();
      vi.advanceTimersByTime(300);
      expect(pagesWith('DontDump')).toEqual([]);
    }
    // A split after that time is still a split: it takes over, and puts the question off again.
    vi.advanceTimersByTime(1000);
    mprotect(at(6), size, PROT.READ);
    observer.expectSplit();
    expect(pagesWith('DontDump')).toEqual([]);
    vi.advanceTimersByTime(400);
    expect(pagesWith('DontDump')).toEqual([0, 1, 2, 3]);
  });
});

describe('a look that is told that nothing was called', () => {
  it('is a whole one all the same after a call, and in the midst of calls', async (context) => {
    const many = 3 * FEW_PAGES;
    const made = Region.map(2, 'B', { pages: many }, (call) => call());
    if (!made.region) throw new Error('nothing was mapped');
    const { address } = made.region;
    try {
      const touchEach = () => {
        madvise(address, many * size, MADV.NOHUGEPAGE);
        madvise(address, many * size, MADV.POPULATE_WRITE);
      };
      touchEach();
      const large = new Observer(made.region);
      large.look(clock, betweenSteps);
      large.look(clock, betweenSteps, true);
      const huge = () => large.last.flags.filter((byte) => byte & PageFlag.Huge).length;
      // mincore says the same before and after.
      const { errno } = makeHuge(address, many, many - 600);
      if (errno !== null) context.skip(`MADV_COLLAPSE answered ${errno}`);
      large.expectVmFlags();
      large.look(clock, betweenSteps, true);
      expect(huge()).toBe(512);
      madvise(address, many * size, MADV.DONTNEED);
      touchEach();
      large.look(clock, 1, true);
      large.look(clock, betweenSteps, true);
      expect(huge()).toBe(0);
      makeHuge(address, many, many - 600);
      await large.during({ splits: true, split: false }, async () => large.look(clock, betweenSteps, true));
      expect(huge()).toBe(512);
    } finally {
      await made.region.release();
    }
  });
});

describe('what another hand changes', () => {
  const read = async (): Promise<void> => {
    const entries: SmapsEntry[] = [];
    await readSmapsAsync('self', (entry) => entries.push(entry), at(0), at(pages));
    observer.takeSmaps(entries);
  };

  it('is seen once smaps was read again, with the VMAs as they are', async () => {
    pagesWith('DontDump');
    madvise(at(0), pages * size, MADV.DONTDUMP);
    expect(pagesWith('DontDump')).toEqual([]);
    await read();
    expect(pagesWith('DontDump')).toHaveLength(pages);
    // From locked in whole to locked on fault: the same VMA, locked before and after.
    mlock(at(0), pages * size);
    pagesWith('OnFault');
    mlock2(at(0), pages * size, MLOCK.ONFAULT);
    expect(pagesWith('OnFault')).toEqual([]);
    await read();
    expect(pagesWith('OnFault')).toHaveLength(pages);
  });

  it('is not taken of VMAs that have other bounds or another lock by now', async () => {
    pagesWith('DontDump');
    const entries: SmapsEntry[] = [];
    await readSmapsAsync('self', (entry) => entries.push(entry), at(0), at(pages));
    mlock2(at(0), 4 * size, MLOCK.ONFAULT);
    observer.expectVmFlags();
    expect(pagesWith('OnFault')).toEqual([0, 1, 2, 3]);
    observer.takeSmaps(entries);
    expect(pagesWith('OnFault')).toEqual([0, 1, 2, 3]);
  });
});

describe('what is lazily free', () => {
  const counted = (step: number) => observer.look(clock, step).lazilyFree;

  it('is counted by smaps after MADV_FREE, and again after each step while there is any', async () => {
    madvise(at(0), pages * size, MADV.NOHUGEPAGE);
    touchWrite(
      at(0),
      Uint32Array.from({ length: pages }, (_, page) => page),
    );
    expect(counted(0)).toBeUndefined();
    // The kernel puts pages in lists of each processor and marks them when it works those off, as mlock has it do.
    const workOff = () => {
      mlock(at(7), size);
      munlock(at(7), size);
    };
    await until(() => {
      workOff();
      madvise(at(0), 6 * size, MADV.FREE);
      workOff();
      observer.expectVmFlags();
      expect(counted(1)).toBe(6);
    });
    expect(witness({ address: `0x${at(0).toString(16)}`, length: pages * size }).kibibytes('LazyFree')).toBe(6 * 4);
    touchWrite(at(0), Uint32Array.of(0, 1));
    expect(counted(betweenSteps)).toBe(6);
    expect(counted(2)).toBe(4);
    madvise(at(0), pages * size, MADV.DONTNEED);
    expect(counted(3)).toBe(0);
  });
});

describe('a look that is kept', () => {
  it('stays as it was when the next one is taken, and knows its ranges', () => {
    madvise(at(1), 2 * size, MADV.POPULATE_WRITE);
    madvise(at(5), size, MADV.POPULATE_WRITE);
    const kept = lookOf(observer.look(clock, 3), observer.unknown);
    madvise(at(0), pages * size, MADV.DONTNEED);
    observer.look(clock, 4);
    expect([kept.count('resident'), kept.count('locked')]).toEqual([3, 0]);
    expect(kept.count('resident', { firstPage: 2, pageCount: 4 })).toBe(2);
    expect(kept.pagesWith('Resident')).toEqual([
      { firstPage: 1, pageCount: 2 },
      { firstPage: 5, pageCount: 1 },
    ]);
    expect(kept.unknown).toBe(0);
  });

  it('says why it does not know a count, and gives no number for it', () => {
    const reason = { en: 'mincore answered EPERM.', zh: 'mincore 返回 EPERM。' };
    const flags = new Uint8Array([PageFlag.Present, 0]);
    const unknown = [{ source: 'mincore', bits: ['Resident'], reason }] as const;
    const look = lookOf({ flags, takenNs: 0, step: 0, unknown: PageFlag.Resident }, unknown);
    expect(look.count('resident')).toEqual(reason);
    expect(look.pagesWith('Resident')).toEqual(reason);
    expect(look.count('present')).toBe(1);
    expect(together(look.count('present'), look.count('resident'), Math.min)).toEqual(reason);
    expect(countOrNull(look.count('resident'))).toBeNull();
  });
});
