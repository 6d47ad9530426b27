import { quickHeap } from '../../native/calls/malloc.ts';
import { pageSize } from '../../native/libc/sysconf.ts';

/** What a run adds to each time that it takes itself, in ns. */
export interface TimingCosts {
  /** A call of the C library from JavaScript. */
  readonly emptyCallNs: number;
  /** A reading of the clock that costs the engine no memory, `performance.now()`; a time is between two. */
  readonly clockReadNs: number;
}

const rounds = 20_000;

/** The mean of many, made in the run that uses it; shown beside its times and never subtracted. */
export function timingCosts(): TimingCosts {
  const heap = quickHeap();
  const block = heap.malloc(pageSize());
  const beganMs = performance.now();
  for (let round = 0; round < rounds; round++) heap.memset(block, 0, 0);
  const calledMs = performance.now();
  for (let round = 0; round < rounds; round++) performance.now();
  const readMs = performance.now();
  heap.free(block);
  const each = (ms: number) => (ms * 1e6) / rounds;
  return { emptyCallNs: each(calledMs - beganMs), clockReadNs: each(readMs - calledMs) };
}
