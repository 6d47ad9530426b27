/**
 * Mappings for tests. A test that punches a hole does so in the middle of its own mapping, where no other thread's
 * mapping fits, since what is mapped there meanwhile would be unmapped by the test's end.
 */
import { MADV, MAP, madvise, mmap, PROT } from '../../native/calls/mman.ts';
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
