/**
 * Mappings for tests. A test that punches a hole does so in the middle of its own mapping, where no other thread's
 * mapping fits, since what is mapped there meanwhile would be unmapped by the test's end.
 */
import { MADV, MAP, madvise, mmap, PROT } from '../../native/calls/mman.ts';
import type { Result } from '../../native/libc/errno.ts';
import { pageSize } from '../../native/libc/sysconf.ts';

/** Maps private anonymous pages, kept from becoming huge ones, at an address that the kernel chooses. */
export function map(pages: number, protection: number = PROT.READ | PROT.WRITE): bigint {
  const mapped = mmap(null, pages * pageSize(), protection, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (mapped.errno !== null) throw new Error(`mmap of ${pages} pages: ${mapped.errno}`);
  madvise(mapped.returned, pages * pageSize(), MADV.NOHUGEPAGE);
  return mapped.returned;
}

/** Page numbers from `first` on. */
export function pageNumbers(first: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => first + index);
}

/**
 * Makes one huge page of the small ones around a page of a mapping, which stay in memory. Errors: EINVAL before Linux
 * 6.1, or where not all of them are the mapping's.
 */
export function makeHuge(address: bigint, pages: number, page: number): Result {
  const hugeBytes = 512 * pageSize();
  const start = address + BigInt(page * pageSize());
  const aligned = start - (start % BigInt(hugeBytes));
  // All of it, so that it stays one VMA.
  madvise(address, pages * pageSize(), MADV.HUGEPAGE);
  return madvise(aligned, hugeBytes, MADV.COLLAPSE);
}
