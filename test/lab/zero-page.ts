import { MAP, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { touchRead, touchWrite } from '../../native/calls/touch.ts';
import { pageSize } from '../../native/libc/sysconf.ts';

/**
 * Whether a read of anonymous memory maps the shared zero page, so that a write after it faults once more. Kernels of some virtual machines
 * give a page of its own at once.
 */
export function givesZeroPages(): boolean {
  const page = mmap(null, pageSize(), PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (page.errno !== null) throw new Error(`mmap answered ${page.errno}`);
  try {
    touchRead(page.returned, Uint32Array.of(0));
    return touchWrite(page.returned, Uint32Array.of(0)).minorFaults > 0;
  } finally {
    munmap(page.returned, pageSize());
  }
}
