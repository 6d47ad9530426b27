/**
 * PAGEMAP_SCAN (ioctl_pagemap_scan(2), Linux 6.7): the page table as runs of equal pages. Works without privilege on
 * one's own memory and, through `/proc/PID/pagemap`, on that of one's other processes.
 */
import { checkAddress, checkInt } from '../libc/arguments.ts';
import { type Failed, failed } from '../libc/errno.ts';
import { addressOf, bind } from '../libc/libc.ts';
import { pageSize } from '../libc/sysconf.ts';

/** `_IOWR('f', 16, struct pm_scan_arg)`. */
const PAGEMAP_SCAN = 0xc0606610;

/**
 * Categories of struct page_region. FILE is left out of every query here: asking for it makes a scan five times slower.
 */
export const PAGE_IS = {
  WPALLOWED: 1,
  WRITTEN: 2,
  FILE: 4,
  PRESENT: 8,
  SWAPPED: 16,
  /** Maps the zero page. */
  PFNZERO: 32,
  /** Mapped by a PMD. */
  HUGE: 64,
  SOFT_DIRTY: 128,
  /** Linux 6.16: a MADV_GUARD_INSTALL marker, which older kernels show as SWAPPED. */
  GUARD: 256,
} as const;

/**
 * Which pages to report (after inverting `inverted`: all of `all`, and one of `any` unless 0), and what to say of them.
 */
export type ScanQuery = {
  readonly inverted: number;
  readonly all: number;
  readonly any: number;
  readonly report: number;
};

const ioctl = bind<(fd: number, request: number, argument: Uint32Array) => number>(
  'int ioctl(int, unsigned long, void *)',
);

/** Regions asked for at once: 96 KiB, which a checkerboard of 8192 pages fills. */
const REGIONS = 4096;
/** Eight-byte words of struct pm_scan_arg, in order. */
const WORD = { size: 0, flags: 1, start: 2, end: 3, walkEnd: 4, vec: 5, vecLen: 6, maxPages: 7 } as const;
const QUERY_WORDS = { inverted: 8, all: 9, any: 10, report: 11 } as const;

type Scratch = { readonly argument: Uint32Array; readonly regions: Uint32Array };
let scratch: Scratch | undefined;

function put(words: Uint32Array, word: number, value: number): void {
  words[word * 2] = value;
  words[word * 2 + 1] = value / 2 ** 32;
}

function get(words: Uint32Array, index: number): number {
  return (words[index] ?? 0) + (words[index + 1] ?? 0) * 2 ** 32;
}

function prepare(): Scratch {
  const regions = new Uint32Array(REGIONS * 6);
  const argument = new Uint32Array(24);
  put(argument, WORD.size, 96);
  put(argument, WORD.vec, Number(addressOf(regions)));
  put(argument, WORD.vecLen, REGIONS);
  return { argument, regions };
}

/**
 * Hands every run of pages from `address` to `address + length` that the query selects to `visit`, in order, as byte
 * offsets from `address` and a set of categories. `returned` is the number of runs. Pages that are not mapped belong to
 * no run.
 *
 * Errors: ENOTTY (before 6.7), EINVAL (unaligned, or a category this kernel does not know), EFAULT, EBADF, ENOMEM.
 */
export function pagemapScan(
  fd: number,
  address: bigint,
  length: number,
  query: ScanQuery,
  visit: (start: number, end: number, categories: number) => void,
): { readonly returned: number; readonly errno: null } | Failed {
  checkInt('fd', fd);
  const base = Number(checkAddress('address', address));
  scratch ??= prepare();
  const { argument, regions } = scratch;
  put(argument, WORD.end, base + length);
  put(argument, QUERY_WORDS.inverted, query.inverted);
  put(argument, QUERY_WORDS.all, query.all);
  put(argument, QUERY_WORDS.any, query.any);
  put(argument, QUERY_WORDS.report, query.report);
  let from = base;
  let total = 0;
  while (from < base + length) {
    put(argument, WORD.start, from);
    const count = ioctl()(fd, PAGEMAP_SCAN, argument);
    if (count < 0) return failed();
    for (let i = 0; i < count; i++) {
      const start = get(regions, i * 6);
      const end = get(regions, i * 6 + 2);
      visit(start - base, end - base, regions[i * 6 + 4] ?? 0);
      from = end;
    }
    total += count;
    // walk_end can be stale, so the end is told by a vector that was not filled, and the next start by the last region.
    if (count < REGIONS) break;
  }
  return { returned: total, errno: null };
}

/**
 * One call on the addresses from `start` to `end` (numbers, exact below 2^53) that stops when `mostPages` pages were
 * found: the kernel holds the mmap_lock of the process for the whole call, so that its mmap and munmap wait for so much
 * and no longer. `next` is where to go on; `end` when there is nothing more. Runs are told by their addresses, pages as
 * how many were found.
 *
 * Errors: as `pagemapScan`. After the process's exec or exit nothing is found, without an error.
 */
export function scanPiece(
  fd: number,
  start: number,
  end: number,
  mostPages: number,
  query: ScanQuery,
  visit: (start: number, end: number, categories: number) => void,
): { readonly next: number; readonly pages: number; readonly errno: null } | Failed {
  scratch ??= prepare();
  const { argument, regions } = scratch;
  put(argument, WORD.start, start);
  put(argument, WORD.end, end);
  put(argument, WORD.maxPages, mostPages);
  put(argument, QUERY_WORDS.inverted, query.inverted);
  put(argument, QUERY_WORDS.all, query.all);
  put(argument, QUERY_WORDS.any, query.any);
  put(argument, QUERY_WORDS.report, query.report);
  const count = ioctl()(checkInt('fd', fd), PAGEMAP_SCAN, argument);
  put(argument, WORD.maxPages, 0);
  if (count < 0) return failed();
  let bytes = 0;
  let last = start;
  for (let i = 0; i < count; i++) {
    const from = get(regions, i * 6);
    last = get(regions, i * 6 + 2);
    bytes += last - from;
    visit(from, last, regions[i * 6 + 4] ?? 0);
  }
  const pages = bytes / pageSize();
  return { next: count === REGIONS || pages >= mostPages ? last : end, pages, errno: null };
}
