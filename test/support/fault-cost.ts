import type { TestContext } from 'vitest';
import { quickHeap } from '../../native/calls/malloc.ts';
import { MAP, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { pageSize } from '../../native/libc/sysconf.ts';

const pages = 256;
/** A machine without a hypervisor takes under 1 µs; one whose hypervisor keeps page tables of its own took 50. */
const mostNs = 10_000;

/** Skips a test that hides what faults cost behind other work, where they cost too much for that. */
export function skipWithDearFaults(context: TestContext): void {
  const { memset } = quickHeap();
  const mapped = mmap(null, pages * pageSize(), PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (mapped.errno !== null) throw new Error(`mmap answered ${mapped.errno}`);
  const startedMs = performance.now();
  // Stored from here: a store of the kernel's own, as of process_vm_writev, leaves the hypervisor out.
  memset(Number(mapped.returned), 1, pages * pageSize());
  const each = ((performance.now() - startedMs) * 1e6) / pages;
  munmap(mapped.returned, pages * pageSize());
  if (each > mostNs) context.skip(`a fault takes ${Math.round(each / 1000)} µs here, which no other work hides`);
}
