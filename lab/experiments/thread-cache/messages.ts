/** What is said between the experiment, the process of a setting, and that process's threads. */
import type { Buckets } from '../../../protocol/result.ts';

/** So many threads compile and free for so long. */
export interface LoopRequest {
  readonly kind: 'loop';
  readonly threads: number;
  readonly milliseconds: number;
}

/** What a setting is seen to be, once its threads have warmed up. */
export interface Witnessed {
  /** Bytes that each thread keeps for itself of blocks that it freed, by mallinfo2(3), in the order of the threads. */
  readonly hoardBytes: readonly number[];
  /** The arenas that malloc_info(3) lists; null where it was refused. */
  readonly arenas: number | null;
  /** Whether what regcomp(3) allocates comes from glibc's malloc, by mallinfo2(3). */
  readonly glibcServes: boolean;
}

/** What one thread did, or all of them together. */
export interface Work {
  readonly operations: number;
  readonly perSecond: number;
  /** How much of the time in which the threads could run they had a CPU, from 0 to 1. */
  readonly cpuShare: number;
  /** Voluntary context switches. */
  readonly waits: number;
}

/** All threads of a loop, and the times of their batches of operations. */
export interface Looped extends Work {
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly buckets: Buckets;
}

export type ToThread = { readonly kind: 'hoard' } | Omit<LoopRequest, 'threads'>;
