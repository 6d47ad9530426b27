/**
 * How this kernel counts the pages of memfd_secret(2), asked of one page. Older ones lock the mapping (`lo`, VmLck) and
 * refuse it over RLIMIT_MEMLOCK. Newer ones ("mm/secretmem: properly account locked pages", Linux 7.2) count
 * each page when it is first touched, and **a load or store beyond the limit is SIGBUS**. A system call that accesses
 * such a page answers EFAULT.
 */
import { closeSync } from 'node:fs';
import { getrandom } from '../calls/bytes.ts';
import { ftruncate, memfdSecret } from '../calls/memfd.ts';
import { MAP, mmap, munmap, PROT } from '../calls/mman.ts';
import { processVmReadv } from '../calls/process-vm.ts';
import { pageSize } from '../libc/sysconf.ts';
import { isLocked } from '../proc/vma.ts';

/**
 * Whether secret pages count when they are touched, and not in VmLck from the mapping on. False also where a page
 * cannot be had, or is not seen to be secret: others can read it.
 */
export function secretCountsWhenTouched(): boolean {
  const secret = memfdSecret();
  if (secret.errno !== null) return false;
  const size = pageSize();
  try {
    if (ftruncate(secret.returned, size).errno !== null) return false;
    const mapped = mmap(null, size, PROT.READ | PROT.WRITE, MAP.SHARED, secret.returned, 0);
    if (mapped.errno !== null) return false;
    const { locked, errno } = isLocked(mapped.returned, size);
    getrandom(mapped.returned, 1);
    const read = processVmReadv(process.pid, mapped.returned, 1, new Uint8Array(128));
    munmap(mapped.returned, size);
    return errno === null && !locked && read.errno === 'EFAULT';
  } finally {
    closeSync(secret.returned);
  }
}
