import { MLOCK, mlock, mlock2, munlock } from '../../native/calls/mlock.ts';
import { MADV, madvise, mprotect } from '../../native/calls/mman.ts';
import type { ErrnoName } from '../../native/libc/errno.ts';
import type { Step } from '../../protocol/events.ts';
import type { Tool, ToolAdvice } from '../../protocol/workbench.ts';
import { formatAddress } from '../base/format.ts';
import { protectionBits, protectionText } from '../regions/mapping.ts';
import type { Region } from '../regions/region.ts';
import { type ShownStore, shownTouch, shownWipe, touchCall, touchPages, wipe } from './loads-and-stores.ts';
import type { Meter } from './meter.ts';

/** What one call came to. */
export interface Called {
  readonly errno: ErrnoName | null;
  /** Pages that were touched or wiped; left out where the kernel does not say how far a call came. */
  readonly pages?: number;
  /** The call that refused a touch or a wipe, where it may be another than the tool's own. */
  readonly refused?: ShownStore;
}

/** Whether a tool's calls say how many pages they came to. */
export function countsPages({ kind }: Tool): boolean {
  return kind === 'touch' || kind === 'explicit_bzero';
}

/** Advice whose cost does not grow with the pages, or hardly: it is a flag of the VMA. */
const flagAdvice: readonly ToolAdvice[] = ['MADV_DONTDUMP', 'MADV_DODUMP', 'MADV_HUGEPAGE', 'MADV_NOHUGEPAGE'];

/** Pages of one call of costlier advice. */
const adviceCallPages: Partial<Record<ToolAdvice, number>> = {
  MADV_POPULATE_READ: 2048,
  MADV_POPULATE_WRITE: 2048,
  MADV_WILLNEED: 4096,
  MADV_COLLAPSE: 2048,
  MADV_PAGEOUT: 1024,
};

/**
 * Pages of one call at the most: longer runs are cut, so that a call takes 1 to 5 ms (`npm run bench -- workbench`), what else waits for this
 * main loop gets its turn, and a long act can be ended.
 */
export function callPages(tool: Tool): number {
  switch (tool.kind) {
    case 'touch':
    case 'mlock':
      return 1024;
    case 'explicit_bzero':
      return 2048;
    case 'mprotect':
      return Number.POSITIVE_INFINITY;
    case 'mlock-on-fault':
    case 'munlock':
      return 16_384;
    case 'madvise':
      return flagAdvice.includes(tool.advice) ? Number.POSITIVE_INFINITY : (adviceCallPages[tool.advice] ?? 16_384);
  }
}

/** Whether a call for a part of a mapping may split it. */
export function splits(tool: Tool): boolean {
  if (tool.kind === 'madvise') return flagAdvice.includes(tool.advice);
  return tool.kind !== 'touch' && tool.kind !== 'explicit_bzero';
}

/** Whether what a tool changes of a VMA is told by smaps alone. */
export function needsSmaps(tool: Tool): boolean {
  return tool.kind === 'mlock-on-fault' || (tool.kind === 'madvise' && flagAdvice.includes(tool.advice));
}

/** Makes the tool's one call for these pages. */
export function makeCall(tool: Tool, region: Region, firstPage: number, pageCount: number, meter: Meter): Called {
  const address = region.address + BigInt(firstPage * region.pageSize);
  const length = pageCount * region.pageSize;
  const { measure } = meter;
  switch (tool.kind) {
    case 'touch': {
      const pages = new Uint32Array(pageCount).map((_zero, index) => firstPage + index);
      const { errno, touched, call } = touchPages(region, pages, tool.access, meter);
      if (errno === null) return { errno, pages: touched };
      return { errno, pages: touched, refused: shownTouch(call, pagesFrom(address, pageCount)) };
    }
    case 'mlock':
      return measure(() => mlock(address, length));
    case 'mlock-on-fault':
      return measure(() => mlock2(address, length, MLOCK.ONFAULT));
    case 'munlock':
      return measure(() => munlock(address, length));
    case 'madvise':
      return measure(() => madvise(address, length, adviceNumbers[tool.advice]));
    case 'mprotect':
      return measure(() => mprotect(address, length, protectionBits(tool.protection)));
    case 'explicit_bzero': {
      const { errno, wipedBytes, shown } = wipe(region, address, length, meter);
      const pages = Math.floor(wipedBytes / region.pageSize);
      return errno === null ? { errno, pages } : { errno, pages, refused: shown };
    }
  }
}

const adviceNumbers: Record<ToolAdvice, number> = {
  MADV_WILLNEED: MADV.WILLNEED,
  MADV_DONTNEED: MADV.DONTNEED,
  MADV_FREE: MADV.FREE,
  MADV_HUGEPAGE: MADV.HUGEPAGE,
  MADV_NOHUGEPAGE: MADV.NOHUGEPAGE,
  MADV_DONTDUMP: MADV.DONTDUMP,
  MADV_DODUMP: MADV.DODUMP,
  MADV_COLD: MADV.COLD,
  MADV_PAGEOUT: MADV.PAGEOUT,
  MADV_POPULATE_READ: MADV.POPULATE_READ,
  MADV_POPULATE_WRITE: MADV.POPULATE_WRITE,
  MADV_COLLAPSE: MADV.COLLAPSE,
};

/** The call of a tool for these pages by name and arguments, as steps show it. */
export function shownCall(
  tool: Tool,
  region: Region,
  firstPage: number,
  pageCount: number,
): Pick<Step, 'call' | 'arguments'> {
  const address = region.address + BigInt(firstPage * region.pageSize);
  const range = { addr: formatAddress(address), length: pageCount * region.pageSize };
  switch (tool.kind) {
    case 'touch':
      return shownTouch(touchCall(region, tool.access), pagesFrom(address, pageCount));
    case 'mlock':
    case 'munlock':
      return { call: tool.kind, arguments: range };
    case 'mlock-on-fault':
      return { call: 'mlock2', arguments: { ...range, flags: 'MLOCK_ONFAULT' } };
    case 'madvise':
      return { call: 'madvise', arguments: { ...range, advice: tool.advice } };
    case 'mprotect':
      return { call: 'mprotect', arguments: { ...range, prot: protectionText(tool.protection, '|') } };
    case 'explicit_bzero':
      return shownWipe(region, address, range.length);
  }
}

function pagesFrom(address: bigint, pages: number): string {
  const addr = formatAddress(address);
  return pages === 1 ? addr : `${pages} pages from ${addr}`;
}
