/** More pages than any buffer of the readers holds, no two of whose pieces look alike. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { munmap } from '../../../native/calls/mman.ts';
import { touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { PageBit } from '../../../native/pages/page-bit.ts';
import { pageSharing } from '../../../native/pages/page-sharing.ts';
import { readPageTable } from '../../../native/pages/page-table.ts';
import { Exclusive, readExclusive, readPagemap } from '../../../native/pages/pagemap.ts';
import { PAGE_IS, pagemapScan } from '../../../native/pages/pagemap-scan.ts';
import { residency } from '../../../native/pages/residency.ts';
import { selfDescriptor } from '../../../native/proc/proc-file.ts';
import { map } from '../../support/native-memory.ts';
import { nativeScript } from '../../support/native-script.ts';

const PAGES = 20_000;
const length = PAGES * pageSize();

/** Every second page; which one of two changes with each 8192, so that a piece read twice shows. */
const isWritten = (page: number) => (page + (page >> 13)) % 2 === 0;
const written = Uint32Array.from({ length: PAGES }, (_, page) => page).filter(isWritten);
const expected = (byte: number) => Uint8Array.from({ length: PAGES }, (_, page) => (isWritten(page) ? byte : 0));
const WRITTEN = PageBit.Resident | PageBit.Present;

let address: bigint;
let pagemap: number;
const into = new Uint8Array(PAGES);
beforeAll(() => {
  address = map(PAGES);
  expect(touchWrite(address, written).errno).toBeNull();
  pagemap = selfDescriptor('pagemap').returned;
});
afterAll(() => {
  munmap(address, length);
});

/** Compared whole: a matcher that prints 20 000 numbers helps nobody. */
function expectBytes(found: Uint8Array, byte: number): void {
  const wanted = expected(byte);
  expect(found.findIndex((each, page) => each !== wanted[page])).toBe(-1);
}

describe('20 000 pages of which every second one is written', () => {
  test('are told each by itself', () => {
    expect(residency(address, PAGES, into)).toMatchObject({ uniform: null, unmappedPages: 0, unknown: [] });
    expectBytes(into, WRITTEN);
  });

  test.each([false, true])('are read from the page table, asked for what is there or for what is not: %s', (most) => {
    into.fill(0xff);
    expect(readPageTable(address, PAGES, into, most)).toMatchObject({ uniform: null });
    expectBytes(into, PageBit.Present);
  });

  test('are ten thousand runs of PAGEMAP_SCAN, in order and each once', (context) => {
    const query = { inverted: 0, all: 0, any: PAGE_IS.PRESENT, report: PAGE_IS.PRESENT };
    const starts: number[] = [];
    const scanned = pagemapScan(pagemap, address, length, query, (start) => starts.push(start / pageSize()));
    if (scanned.errno === 'ENOTTY') context.skip('this kernel has no PAGEMAP_SCAN');
    // At the two changes of pattern a written page meets another, and their run is one.
    const runs = [...written].filter((page) => page === 0 || !isWritten(page - 1));
    expect(scanned).toEqual({ returned: runs.length, errno: null });
    expect(starts).toEqual(runs);
  });

  test('are read from pagemap, whole pieces and the rest, and nothing after them', () => {
    const larger = new Uint8Array(PAGES + 1).fill(0xff);
    expect(readPagemap(pagemap, address, PAGES, larger)).toEqual({ returned: 0, errno: null });
    expectBytes(larger.subarray(0, PAGES), PageBit.Present);
    expect(larger[PAGES]).toBe(0xff);
  });

  test('are this process’s alone, as both readers of bit 56 say', () => {
    expect(readExclusive('self', address, PAGES, into).errno).toBeNull();
    expectBytes(into, Exclusive.Exclusive);
    expect(pageSharing('self', address, PAGES)).toMatchObject({ exclusive: [...written], shared: [] });
  });

  test('read the same on a kernel with neither PAGEMAP_SCAN nor PROCMAP_QUERY, which says what it can’t tell', () => {
    const told = nativeScript<Record<string, unknown>>(`
      import { MADV, MAP, PROT, madvise, mmap, mprotect } from 'calls/mman.ts';
      import { mlock } from 'calls/mlock.ts';
      import { feature } from 'probes/features.ts';
      import { lockedRanges } from 'pages/locked-ranges.ts';
      import { residency } from 'pages/residency.ts';
      import { pageSize } from 'libc/sysconf.ts';
      import { touchWrite } from 'calls/touch.ts';
      import { vmas } from 'proc/vma.ts';
      import { refuse } from 'support/sandbox.ts';
      const ENOTTY = 25;
      refuse(
        { call: 'ioctl', argument: 1, value: 0xc0606610, errno: ENOTTY },
        { call: 'ioctl', argument: 1, value: 0xc0686611, errno: ENOTTY },
      );
      const [size, pages] = [pageSize(), ${PAGES}];
      const { returned: address } = mmap(null, pages * size, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
      madvise(address, pages * size, MADV.NOHUGEPAGE);
      const isWritten = ${isWritten};
      const written = Uint32Array.from({ length: pages }, (_, page) => page).filter(isWritten);
      touchWrite(address, written);
      mprotect(address + BigInt(19_000 * size), 1000 * size, PROT.READ);
      const at = (page) => address + BigInt(page * size);
      mlock(at(18_000), 2 * size);
      const into = new Uint8Array(pages);
      const { unknown, vmas: states } = residency(address, pages, into);
      const odd = into.findIndex((byte, page) => (page >> 1) !== 9000 && byte !== (isWritten(page) ? ${WRITTEN} : 0));
      const ranges = lockedRanges({ start: address, end: at(pages) });
      console.log(JSON.stringify({
        odd,
        locked: [...into.subarray(18_000, 18_002)],
        states: states.map(({ firstPage, pages, locked }) => [firstPage, pages, locked]),
        unknown: unknown.map(({ source, bits, reason }) => ({ source, bits, named: reason.en.includes('Linux 6.7') })),
        vmas: vmas(address, at(pages)).source,
        ranges: [ranges.source, ...ranges.ranges.map(({ start, end, onFault }) => [Number((start - address)) / size, Number((end - start)) / size, onFault])],
        features: [feature('pagemap-scan'), feature('procmap-query')],
      }));`);
    expect(told).toEqual({
      odd: -1,
      locked: Array(2).fill(WRITTEN | PageBit.Locked),
      states: [
        [0, 18_000, false],
        [18_000, 2, true],
        [18_002, 998, false],
        [19_000, 1000, false],
      ],
      unknown: [{ source: 'page-table', bits: ['Zero', 'Huge'], named: true }],
      vmas: 'maps',
      ranges: ['smaps', [18_000, 2, false]],
      features: [
        { status: 'missing', since: { en: 'Linux 6.7', zh: 'Linux 6.7' } },
        { status: 'missing', since: { en: 'Linux 6.11', zh: 'Linux 6.11' } },
      ],
    });
  });
});
