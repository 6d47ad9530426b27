/**
 * How this kernel counts the pages of memfd_secret(2), asked of one page. Older ones lock the mapping (`lo`, VmLck) and
 * refuse it over RLIMIT_MEMLOCK. Newer ones ("mm/secretmem: properly account locked pages", Linux 7.2) count
 * each page when it is first touched, and **a load or store beyond the limit is SIGBUS**. A system call that accesses
 * such a page answers EFAULT.
 */
import { closeSync, readlinkSync } from 'node:fs';
import { ftruncate, memfdSecret } from '../calls/memfd.ts';
import { MAP, mmap, munmap, PROT } from '../calls/mman.ts';
import { pageSize } from '../libc/sysconf.ts';
import { isLocked } from '../proc/vma.ts';

/**
 * Whether secret pages count when they are touched, and not in VmLck from the mapping on. False also where a page
 * cannot be had, or /proc does not say that it is a secret one.
 */
export function secretCountsWhenTouched(): boolean {
  const secret = memfdSecret();
  if (secret.errno !== null) return false;
  const size = pageSize();
  try {
    if (!isSecret(secret.returned)) return false;
    if (ftruncate(secret.returned, size).errno !== null) return false;
    const mapped = mmap(null, size, PROT.READ | PROT.WRITE, MAP.SHARED, secret.returned, 0);
    if (mapped.errno !== null) return false;
    const { locked, errno } = isLocked(mapped.returned, size);
    munmap(mapped.returned, size);
    return errno === null && !locked;
  } finally {
    closeSync(secret.returned);
  }
}

/** The name of its file: mm/secretmem.c */
function isSecret(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).includes('secretmem');
  } catch {
    return false;
  }
}
