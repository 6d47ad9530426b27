/** Rules of PAGEMAP_SCAN, ioctl_pagemap_scan(2), and of the two other witnesses of a page: pagemap and mincore. */
import { mlock, munlock } from '../../native/calls/mlock.ts';
import { MADV, madvise, mincore } from '../../native/calls/mman.ts';
import { touchRead, touchWrite } from '../../native/calls/touch.ts';
import { PageBit } from '../../native/pages/page-bit.ts';
import { readPageTable } from '../../native/pages/page-table.ts';
import { readPagemap } from '../../native/pages/pagemap.ts';
import { PAGE_IS, pagemapScan } from '../../native/pages/pagemap-scan.ts';
import { selfDescriptor } from '../../native/proc/proc-file.ts';
import { at, bytes, gives, pageNumbers, rules, same, skip, withPages, write } from '../rule.ts';
import { needsZeroPage } from './advice.ts';

const ASK = { inverted: 0, all: 0, any: PAGE_IS.PRESENT, report: PAGE_IS.PRESENT };

function pagemapDescriptor(): number {
  const fd = selfDescriptor('pagemap');
  if (fd.errno !== null)
    skip({ en: `/proc/self/pagemap can't be opened: ${fd.errno}.`, zh: `/proc/self/pagemap 无法打开：${fd.errno}。` });
  const tried = withPages(1, (a) => pagemapScan(fd.returned, a, bytes(1), ASK, () => {}).errno);
  if (tried === 'ENOTTY')
    skip({ en: 'This kernel has no PAGEMAP_SCAN (Linux 6.7).', zh: '此内核没有 PAGEMAP_SCAN（Linux 6.7 起）。' });
  return fd.returned;
}

function table(address: bigint, pages: number, mostlyPresent: boolean): Uint8Array {
  const into = new Uint8Array(pages);
  const read = readPageTable(address, pages, into, mostlyPresent);
  if (read.source === 'unavailable') skip(read.reason);
  if (read.source !== 'pagemap-scan') skip({ en: 'pagemap was used.', zh: '读取的是 pagemap。' });
  return into;
}

/** mulberry32: the same patterns in every run, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PAGES = 64;

/** One random act on a random stretch. Returns nothing: the three witnesses say what came of it. */
function act(address: bigint, next: () => number): void {
  const first = Math.floor(next() * PAGES);
  const count = 1 + Math.floor(next() * Math.min(8, PAGES - first));
  const start = at(address, first);
  const acts = [
    () => touchWrite(address, pageNumbers(first, count)),
    () => touchRead(address, pageNumbers(first, count)),
    () => madvise(start, bytes(count), MADV.DONTNEED),
    () => mlock(start, bytes(count)),
    () => munlock(start, bytes(count)),
  ];
  acts[Math.floor(next() * acts.length)]?.();
}

/** Compares the three; the pattern's number is in what is said. */
function agree(fd: number, address: bigint, pattern: number): void {
  const vec = new Uint8Array(PAGES);
  gives(mincore(address, bytes(PAGES), vec), null, 'mincore');
  const entries = new Uint8Array(PAGES);
  gives(readPagemap(fd, address, PAGES, entries), null, 'pagemap');
  const there = table(address, PAGES, false);
  same(table(address, PAGES, true), there, `pattern ${pattern}: the inverse scan against the plain one`);
  const present = there.map((byte) => byte & (PageBit.Present | PageBit.Swapped));
  same(present, entries, `pattern ${pattern}: PAGEMAP_SCAN against pagemap`);
  if (there.some((byte) => byte & PageBit.Swapped))
    skip({ en: 'The kernel swapped pages out meanwhile.', zh: '其间内核换出了一些页。' });
  same(
    there.map((byte) => (byte & PageBit.Present) >> 1),
    vec,
    `pattern ${pattern}: PAGEMAP_SCAN against mincore`,
  );
}

export const pagemapScanRules = rules('PAGEMAP_SCAN', [
  {
    rule: {
      en: 'agrees page for page with pagemap and mincore on 1000 random patterns of touched, read, dropped and locked pages',
      zh: '对写入、读取、丢弃和锁定页的 1000 种随机组合，逐页与 pagemap 和 mincore 一致',
    },
    source: 'ioctl_pagemap_scan(2), Linux 6.7; admin-guide/mm/pagemap.rst',
    as: 'any',
    check: () => {
      const fd = pagemapDescriptor();
      const next = random(20240107);
      withPages(PAGES, (a) => {
        gives(madvise(a, bytes(PAGES), MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
        for (let pattern = 0; pattern < 1000; pattern++) {
          for (let acts = 0; acts < 4; acts++) act(a, next);
          agree(fd, a, pattern);
        }
      });
    },
  },
  {
    rule: { en: 'an address inside a page is EINVAL', zh: '不在页边界上的地址返回 EINVAL' },
    source: 'ioctl_pagemap_scan(2)',
    as: 'any',
    check: () =>
      withPages(2, (a) =>
        gives(
          pagemapScan(pagemapDescriptor(), a + 1n, bytes(1), ASK, () => {}),
          'EINVAL',
          'the scan',
        ),
      ),
  },
  {
    rule: { en: 'an unknown category is EINVAL', zh: '未知的类别返回 EINVAL' },
    source: 'ioctl_pagemap_scan(2)',
    as: 'any',
    check: () => {
      const query = { ...ASK, report: 2 ** 30 };
      withPages(1, (a) =>
        gives(
          pagemapScan(pagemapDescriptor(), a, bytes(1), query, () => {}),
          'EINVAL',
          'the scan',
        ),
      );
    },
  },
  {
    rule: { en: 'neighbouring pages of equal categories are one region', zh: '类别相同的相邻页合为一个区段' },
    source: 'ioctl_pagemap_scan(2)',
    as: 'any',
    check: () =>
      withPages(16, (a) => {
        gives(madvise(a, bytes(16), MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
        write(a, 2, 5);
        write(a, 10, 1);
        const regions: number[][] = [];
        const scanned = pagemapScan(pagemapDescriptor(), a, bytes(16), ASK, (start, end) => regions.push([start, end]));
        gives(scanned, null, 'the scan');
        same(
          regions,
          [
            [bytes(2), bytes(7)],
            [bytes(10), bytes(11)],
          ],
          'regions',
        );
      }),
  },
  {
    rule: {
      en: 'a page that was only read is the zero page, and one that was written is not',
      zh: '只读过的页是零页，写过的则不是',
    },
    source: 'ioctl_pagemap_scan(2)',
    as: 'any',
    check: () =>
      withPages(2, (a) => {
        pagemapDescriptor();
        needsZeroPage();
        gives(touchRead(a, pageNumbers(0, 2)), null, 'reading both');
        write(a, 1, 1);
        same([...table(a, 2, false)], [PageBit.Present | PageBit.Zero, PageBit.Present], 'the page table');
      }),
  },
]);
