/** The CPU time of a thread. clock_gettime(2) */
import { bind } from '../libc/libc.ts';

const clockGettime = bind<(clock: number, into: Uint32Array) => number>('int clock_gettime(int, void *)');
/** getrusage(2), which Node's own figure comes from, is only as fine as the scheduler's tick: 4 ms. */
const CLOCK_THREAD_CPUTIME_ID = 3;
/** struct timespec, in a buffer that V8 leaves where it is. */
const timespec = new Uint32Array(32);

/**
 * CPU time of the calling thread so far, in ns. Not the time of day: on a machine that does other work it would say how
 * long we waited. What the kernel does for the thread (page faults, scans) is in it.
 */
export function threadCpuNs(): number {
  clockGettime()(CLOCK_THREAD_CPUTIME_ID, timespec);
  return (timespec[0] ?? 0) * 1e9 + (timespec[2] ?? 0);
}
