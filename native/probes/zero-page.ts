/**
 * Whether a load of new private anonymous memory maps the shared zero page (Linux 2.6.32), asked of a page that was
 * only read. A kernel may give it its own page instead: for s390 guests with storage keys (mm_forbids_zeropage,
 * Linux 6.10), or as its builder chose.
 */
import { copyOut } from '../calls/bytes.ts';
import { MAP, mmap, mprotect, munmap, PROT } from '../calls/mman.ts';
import type { ErrnoName } from '../libc/errno.ts';
import { pageSize } from '../libc/sysconf.ts';
import { PageBit } from '../pages/page-bit.ts';
import { readPageTable } from '../pages/page-table.ts';
import { readSmaps } from '../proc/smaps.ts';

/** Who can tell: the page table names the zero page (PAGEMAP_SCAN, Linux 6.7); in smaps it adds nothing to Rss. */
export type ZeroPageWitness = 'page-table' | 'smaps';

/**
 * Whether a page that was only read is the shared zero page; the errno with which this witness, or the page itself, was
 * refused.
 */
export function readMapsZeroPage(witness: ZeroPageWitness): boolean | ErrnoName {
  const size = pageSize();
  // Between two pages of other rights it is a VMA by itself, and under MCL_FUTURE, which writes to what may be written,
  // it is only read.
  const mapped = mmap(null, 3 * size, PROT.NONE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (mapped.errno !== null) return mapped.errno;
  try {
    const page = mapped.returned + BigInt(size);
    const allowed = mprotect(page, size, PROT.READ);
    if (allowed.errno !== null) return allowed.errno;
    copyOut(page, 1, new Uint8Array(1));
    return witness === 'smaps' ? isNoMemory(page) : isZeroInPageTable(page);
  } finally {
    munmap(mapped.returned, 3 * size);
  }
}

function isZeroInPageTable(page: bigint): boolean | ErrnoName {
  const into = new Uint8Array(1);
  const table = readPageTable(page, 1, into);
  if (table.source === 'unavailable') return table.errno;
  return table.without.includes('Zero') ? 'ENOTTY' : ((into[0] ?? 0) & PageBit.Zero) !== 0;
}

function isNoMemory(page: bigint): boolean | ErrnoName {
  let rssBytes = 0;
  const visit = (entry: { readonly rssBytes: number }) => {
    rssBytes = entry.rssBytes;
    return false;
  };
  const { errno } = readSmaps('self', visit, page, page + 1n);
  return errno ?? rssBytes === 0;
}
