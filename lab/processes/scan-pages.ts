import type { ErrnoName } from '../../native/libc/errno.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { PageBit } from '../../native/pages/page-bit.ts';
import { readPagemap } from '../../native/pages/pagemap.ts';
import { PAGE_IS, scanPiece } from '../../native/pages/pagemap-scan.ts';
import type { PacedWork } from './paced-work.ts';

/** Most pages in one call, 16 MiB: its mmap waits up to 2 ms for it (7 and more without pieces). */
const piecePages = 4096;
/** Most address space and most VMAs in one call, where little is there. */
const pieceBytes = 2 ** 30;
const pieceVmas = 1000;
/** After a call that found so many pages its mmap gets its turn. */
const manyPages = 1024;
/** Before Linux 6.7 each page of a range is read, whether there or not: at most so many of one mapping, and of all. */
const mostOfOne = 2 ** 20;
const mostOfAll = 2 ** 22;

/** A run of pages in one VMA, and their bits (`PageBit`); a guard page is Zero without Present. */
export type VisitRun = (vma: number, start: number, end: number, bits: number) => void;

/** Addresses of a VMA. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Scanned {
  readonly source: 'pagemap-scan' | 'pagemap';
  /** VMAs that were left out, as too large to be read page by page. */
  readonly leftOut: ReadonlySet<number>;
  /** How long the calls that hold the target's mmap_lock took, and the longest. */
  readonly heldNs: number;
  readonly longestHeldNs: number;
}

const there = PAGE_IS.PRESENT | PAGE_IS.SWAPPED;
const report = there | PAGE_IS.PFNZERO | PAGE_IS.HUGE;
/** Linux 6.16 tells guard pages; older ones answer EINVAL, and show them as swapped. */
let guard: number = PAGE_IS.GUARD;

function bitsOf(categories: number): number {
  if (categories & PAGE_IS.GUARD) return PageBit.Zero;
  return (
    (categories & PAGE_IS.PRESENT ? PageBit.Present : 0) |
    (categories & PAGE_IS.SWAPPED ? PageBit.Swapped : 0) |
    (categories & PAGE_IS.PFNZERO ? PageBit.Zero : 0) |
    (categories & PAGE_IS.HUGE && categories & there ? PageBit.Huge : 0)
  );
}

class Held {
  heldNs = 0;
  longestHeldNs = 0;

  time<T>(call: () => T): T {
    const began = performance.now();
    const result = call();
    const tookNs = (performance.now() - began) * 1e6;
    this.heldNs += tookNs;
    this.longestHeldNs = Math.max(this.longestHeldNs, tookNs);
    return result;
  }
}

/**
 * Tells the pages of VMAs that are there, in swap or guards, from an open `/proc/PID/pagemap`: by PAGEMAP_SCAN (Linux
 * 6.7) in pieces with pauses, else by pagemap itself at bounded ranges. Never reads that file to its end.
 *
 * @param way `pagemap` leaves PAGEMAP_SCAN out
 */
export async function scanPages(
  fd: number,
  vmas: readonly Range[],
  work: PacedWork,
  visit: VisitRun,
  way?: 'pagemap',
): Promise<Scanned | { readonly errno: ErrnoName }> {
  const held = new Held();
  let errno = way === 'pagemap' ? 'ENOTTY' : await scanned(fd, vmas, work, visit, held);
  if (errno === 'EINVAL' && guard !== 0) {
    guard = 0;
    errno = await scanned(fd, vmas, work, visit, held);
  }
  const { heldNs, longestHeldNs } = held;
  if (errno === null) return { source: 'pagemap-scan', leftOut: new Set(), heldNs, longestHeldNs };
  const leftOut = await readByPage(fd, vmas, work, visit, held);
  if (typeof leftOut === 'string') return { errno: leftOut };
  return { source: 'pagemap', leftOut, heldNs: held.heldNs, longestHeldNs: held.longestHeldNs };
}

async function scanned(
  fd: number,
  vmas: readonly Range[],
  work: PacedWork,
  visit: VisitRun,
  held: Held,
): Promise<ErrnoName | null> {
  const query = { inverted: 0, all: 0, any: there | guard, report: report | guard };
  let at = 0;
  /** A run may go over several VMAs that touch, and is told for each. */
  const told = (start: number, end: number, categories: number) => {
    for (;;) {
      const vma = vmas[at];
      if (!vma || vma.start >= end) return;
      if (vma.end > start) visit(at, Math.max(start, vma.start), Math.min(end, vma.end), bitsOf(categories));
      if (vma.end > end) return;
      at++;
    }
  };
  for (let first = 0; first < vmas.length; ) {
    const from = vmas[first]?.start ?? 0;
    let last = first;
    let mapped = 0;
    for (; last < vmas.length && last - first < pieceVmas && mapped < pieceBytes; last++) {
      const { start, end } = vmas[last] ?? { start: 0, end: 0 };
      mapped += end - start;
    }
    const to = vmas[last - 1]?.end ?? from;
    for (let start = from; start < to; ) {
      const end = last - first === 1 ? Math.min(to, start + pieceBytes) : to;
      const piece = held.time(() => scanPiece(fd, start, end, piecePages, query, told));
      if (piece.errno !== null) return piece.errno;
      start = piece.next;
      if (piece.pages >= manyPages) await work.rest(1);
      else if (work.over) await work.rest();
    }
    first = last;
  }
  return null;
}

async function readByPage(
  fd: number,
  vmas: readonly Range[],
  work: PacedWork,
  visit: VisitRun,
  held: Held,
): Promise<ReadonlySet<number> | ErrnoName> {
  const size = pageSize();
  const bits = new Uint8Array(piecePages);
  const leftOut = new Set<number>();
  let all = 0;
  for (const [at, { start, end }] of vmas.entries()) {
    const pages = (end - start) / size;
    if (pages > mostOfOne || all + pages > mostOfAll) {
      leftOut.add(at);
      continue;
    }
    all += pages;
    for (let page = 0; page < pages; page += piecePages) {
      const count = Math.min(piecePages, pages - page);
      const from = start + page * size;
      const read = held.time(() => readPagemap(fd, BigInt(from), count, bits));
      if (read.errno !== null) return read.errno;
      tellRuns(bits, count, (first, length, value) =>
        visit(at, from + first * size, from + (first + length) * size, value),
      );
      if (count >= manyPages) await work.rest(1);
      else if (work.over) await work.rest();
    }
  }
  return leftOut;
}

function tellRuns(bits: Uint8Array, count: number, tell: (first: number, length: number, bits: number) => void): void {
  for (let first = 0; first < count; ) {
    const value = bits[first] ?? 0;
    let end = first + 1;
    while (end < count && bits[end] === value) end++;
    if (value !== 0) tell(first, end - first, value);
    first = end;
  }
}
