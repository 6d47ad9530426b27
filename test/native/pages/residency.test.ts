import { readSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MLOCK, mlock, mlock2, munlock } from '../../../native/calls/mlock.ts';
import { MADV, madvise, mprotect, munmap, PROT } from '../../../native/calls/mman.ts';
import { touchRead, touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { PageBit } from '../../../native/pages/page-bit.ts';
import { readPagemap } from '../../../native/pages/pagemap.ts';
import { residency } from '../../../native/pages/residency.ts';
import { feature } from '../../../native/probes/features.ts';
import { selfDescriptor } from '../../../native/proc/proc-file.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { map, pageNumbers } from '../../support/native-memory.ts';

const PAGES = 64;
const size = pageSize();
const WRITTEN = PageBit.Resident | PageBit.Present;
let address: bigint;
const into = new Uint8Array(PAGES);
const at = (page: number) => address + BigInt(page * size);

beforeEach(() => {
  address = map(PAGES);
  into.fill(0xff);
});
afterEach(() => {
  munmap(address, PAGES * size);
});

test('its bits are those that cross the wire', () => {
  expect(PageBit).toEqual(PageFlag);
});

describe('each page says what the kernel did to it', () => {
  test('untouched: 0, and all alike', () => {
    expect(residency(address, PAGES, into)).toMatchObject({ uniform: 0, unmappedPages: 0, unknown: [] });
    expect(into.every((byte) => byte === 0)).toBe(true);
  });

  test('all written: resident and present, and all alike', () => {
    touchWrite(address, pageNumbers(0, PAGES));
    expect(residency(address, PAGES, into).uniform).toBe(WRITTEN);
    expect(into.every((byte) => byte === WRITTEN)).toBe(true);
  });

  test('written, read, dropped, left alone', () => {
    touchWrite(address, pageNumbers(0, 3));
    touchRead(address, pageNumbers(3, 2));
    madvise(at(1), size, MADV.DONTNEED);
    expect(residency(address, PAGES, into).uniform).toBeNull();
    const read = feature('zero-page').status === 'available' ? WRITTEN | PageBit.Zero : WRITTEN;
    expect([...into.subarray(0, 6)]).toEqual([WRITTEN, 0, WRITTEN, read, read, 0]);
  });

  test('locked, without smaps being asked for', () => {
    mlock(at(2), 2 * size);
    const { vmas } = residency(address, PAGES, into);
    expect([...into.subarray(1, 5)]).toEqual([0, WRITTEN | PageBit.Locked, WRITTEN | PageBit.Locked, 0]);
    expect(vmas.map(({ firstPage, pages, locked }) => [firstPage, pages, locked])).toEqual([
      [0, 2, false],
      [2, 2, true],
      [4, 60, false],
    ]);
  });

  test('all locked: one VMA, all alike', (context) => {
    const { errno } = mlock(address, PAGES * size);
    if (errno !== null) context.skip(`${PAGES} pages can't be locked here: ${errno}.`);
    expect(residency(address, PAGES, into).uniform).toBe(WRITTEN | PageBit.Locked);
    munlock(address, PAGES * size);
    expect(residency(address, PAGES, into).uniform).toBe(WRITTEN);
  });

  test('not dumped: read from smaps when asked, and kept by the next snapshot', () => {
    madvise(at(1), size, MADV.DONTDUMP);
    const read = residency(address, PAGES, into, { readVmFlags: true });
    expect([...into.subarray(0, 3)]).toEqual([0, PageBit.DontDump, 0]);
    into.fill(0);
    residency(address, PAGES, into, { previous: read });
    expect([...into.subarray(0, 3)]).toEqual([0, PageBit.DontDump, 0]);
  });

  test('not dumped: read again when the VMAs have other bounds than in the last snapshot', () => {
    madvise(address, PAGES * size, MADV.DONTDUMP);
    const previous = residency(address, PAGES, into, { readVmFlags: true });
    mprotect(at(1), size, PROT.READ);
    residency(address, PAGES, into, { previous });
    expect([...into.subarray(0, 3)]).toEqual(Array(3).fill(PageBit.DontDump));
  });

  test('a guard: neither there nor swapped out, by either way to the page table', (context) => {
    if (madvise(at(1), size, MADV.GUARD_INSTALL).errno !== null) context.skip('this kernel has no guard pages');
    const pagemap = selfDescriptor('pagemap').returned;
    const entry = new BigUint64Array(1);
    readSync(pagemap, entry, 0, 8, (Number(at(1)) / size) * 8);
    // Bit 58, Linux 6.15.
    if (((entry[0] ?? 0n) >> 58n) % 2n === 0n) context.skip('this kernel shows guard pages as swapped out');
    touchWrite(address, Uint32Array.of(0, 2));
    residency(address, PAGES, into);
    expect([...into.subarray(0, 4)]).toEqual([WRITTEN, PageBit.Zero, WRITTEN, 0]);
    readPagemap(pagemap, address, PAGES, into);
    expect([...into.subarray(0, 4)]).toEqual([PageBit.Present, 0, PageBit.Present, 0]);
  });

  test('locked on fault, until it is unlocked: the next snapshot may take it from the last one', () => {
    mlock2(at(0), 8 * size, MLOCK.ONFAULT);
    madvise(at(0), 8 * size, MADV.DONTDUMP);
    const read = residency(address, PAGES, into, { readVmFlags: true });
    expect(read.vmas[0]).toMatchObject({ firstPage: 0, pages: 8, onFault: true, dontDump: true });
    expect(read.vmas[0]?.vmFlags).toMatch(/\blf\b/);

    munlock(at(2), 2 * size);
    mprotect(at(5), size, PROT.READ);
    const split = residency(address, PAGES, into, { previous: read, inherit: true });
    const states = split.vmas.map(({ firstPage, pages, locked, onFault, dontDump }) =>
      [firstPage, pages, locked, onFault, dontDump].map(Number),
    );
    expect(states).toEqual([
      [0, 2, 1, 1, 1],
      [2, 2, 0, 0, 1],
      [4, 1, 1, 1, 1],
      [5, 1, 1, 1, 1],
      [6, 2, 1, 1, 1],
      [8, PAGES - 8, 0, 0, 0],
    ]);
    const kept = residency(address, PAGES, into, { previous: split });
    expect(kept.vmas).toEqual(split.vmas);

    // All of them joined again: what lies after them takes nothing from them.
    munlock(at(0), 8 * size);
    mprotect(at(5), size, PROT.READ | PROT.WRITE);
    const joined = residency(address, PAGES, into, { previous: split, inherit: true });
    expect(joined.vmas.map(({ pages, onFault, dontDump }) => [pages, onFault, dontDump])).toEqual([
      [8, false, true],
      [PAGES - 8, false, false],
    ]);
  });

  test('locked anew: not on fault, even where it was never read what it was before', () => {
    const before = residency(address, PAGES, into);
    expect(before.vmas[0]?.onFault).toBeNull();
    mlock(at(2), 2 * size);
    const after = residency(address, PAGES, into, { previous: before, inherit: true });
    expect(after.vmas.map(({ onFault }) => onFault)).toEqual([false, false, false]);
  });

  test('as the VMAs were, when they are said to be the same', () => {
    const previous = residency(address, PAGES, into);
    mlock(at(0), size);
    expect(residency(address, PAGES, into, { previous, sameVmas: true }).vmas).toEqual(previous.vmas);
    expect(residency(address, PAGES, into, { sameVmas: true }).vmas[0]).toMatchObject({ pages: 1, locked: true });
  });

  test('unmapped in the middle: said so there, counted, and the rest as it is', () => {
    touchWrite(address, pageNumbers(0, PAGES));
    munmap(at(10), 4 * size);
    const { unmappedPages, uniform } = residency(address, PAGES, into);
    expect({ unmappedPages, uniform }).toEqual({ unmappedPages: 4, uniform: null });
    expect([...into.subarray(9, 15)]).toEqual([WRITTEN, ...Array(4).fill(PageBit.Huge), WRITTEN]);
  });

  test('nothing mapped at all: said so everywhere', () => {
    munmap(address, PAGES * size);
    expect(residency(address, PAGES, into)).toMatchObject({ uniform: PageBit.Huge, unmappedPages: PAGES, vmas: [] });
    expect(into.every((byte) => byte === PageBit.Huge)).toBe(true);
    address = map(PAGES);
  });

  test('in a buffer that begins at an odd byte', () => {
    const odd = new Uint8Array(PAGES + 1).subarray(1);
    touchWrite(address, Uint32Array.of(0, 63));
    mlock(at(63), size);
    residency(address, PAGES, odd);
    expect([odd[0], odd[1], odd[63]]).toEqual([WRITTEN, 0, WRITTEN | PageBit.Locked]);
  });
});

test('agrees with pagemap, whatever was done to the pages', () => {
  const step = fc.record({
    act: fc.constantFrom('write', 'read', 'drop', 'lock', 'unlock'),
    first: fc.integer({ min: 0, max: PAGES - 1 }),
    count: fc.integer({ min: 1, max: PAGES }),
  });
  const pagemap = selfDescriptor('pagemap');
  if (pagemap.errno !== null) throw new Error(pagemap.errno);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const locked = new Set<number>();
      munlock(address, PAGES * size);
      madvise(address, PAGES * size, MADV.DONTNEED);
      for (const { act, first, count } of steps) {
        const pages = pageNumbers(first, Math.min(count, PAGES - first));
        const length = pages.length * size;
        if (act === 'write') touchWrite(address, pages);
        else if (act === 'read') touchRead(address, pages);
        else if (act === 'drop') madvise(at(first), length, MADV.DONTNEED);
        else if (act === 'lock') {
          // Over the limit nothing is locked.
          if (mlock(at(first), length).errno === null) for (const page of pages) locked.add(page);
        } else {
          munlock(at(first), length);
          for (const page of pages) locked.delete(page);
        }
      }
      const { uniform } = residency(address, PAGES, into);
      const expected = new Uint8Array(PAGES);
      readPagemap(pagemap.returned, address, PAGES, expected);
      for (let page = 0; page < PAGES; page++) {
        if ((expected[page] ?? 0) & PageBit.Present) expected[page] = WRITTEN;
        if (locked.has(page)) expected[page] = (expected[page] ?? 0) | PageBit.Locked;
      }
      expect(into.map((byte) => byte & ~PageBit.Zero)).toEqual(expected);
      const alike = new Set(into).size === 1;
      if (uniform !== null) expect(alike && into[0] === uniform).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('a buffer too short, or an address inside a page, throws', () => {
  expect(() => residency(address, PAGES + 1, into)).toThrow('into must hold 65 bytes, not 64');
  expect(() => residency(address + 1n, 1, into)).toThrow(/^address must be a page boundary/);
});
