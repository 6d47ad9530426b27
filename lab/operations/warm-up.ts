import { MLOCK, mlock, mlock2, munlock } from '../../native/calls/mlock.ts';
import { MADV, MAP, madvise, mincore, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { touchRead, touchWrite } from '../../native/calls/touch.ts';
import { pageSize } from '../../native/libc/sysconf.ts';

let warm = false;

/**
 * Makes each call that operations make once, on its own page: the first call of a C function looks it up, which
 * takes a hundred times as long as the kernel does, and would be shown as the call's duration. Locks nothing (length
 * 0).
 */
export function warmUp(): void {
  if (warm) return;
  warm = true;
  const size = pageSize();
  const { returned: address, errno } = mmap(null, size, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (errno !== null) return;
  const first = new Uint32Array(1);
  madvise(address, size, MADV.NORMAL);
  mincore(address, size, new Uint8Array(1));
  touchRead(address, first, size);
  touchWrite(address, first, size);
  mlock(address, 0);
  mlock2(address, 0, MLOCK.ONFAULT);
  munlock(address, 0);
  munmap(address, size);
}
