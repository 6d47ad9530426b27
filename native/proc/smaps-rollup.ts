/** /proc/PID/smaps_rollup (proc_pid_smaps(5), Linux 4.14): the sums over all VMAs of a process. */
import type { Failed } from '../libc/errno.ts';
import { procFolder, readText } from './proc-file.ts';

export type SmapsRollup = {
  readonly returned: 0;
  readonly errno: null;
  readonly rssBytes: number;
  /** Each page divided by the number of processes that map it. */
  readonly pssBytes: number;
  readonly anonymousBytes: number;
  /** Freed with MADV_FREE, not yet taken. */
  readonly lazyFreeBytes: number;
  readonly anonHugePagesBytes: number;
  readonly swapBytes: number;
  /**
   * Locked pages that are there, each divided by the number of processes that map it. `VmLck` of status counts
   * otherwise.
   */
  readonly lockedBytes: number;
};

/**
 * Reads it; the kernel walks all page tables of the process (20 ms with 4 GiB resident). Errors: ENOENT, EACCES
 * (another user's), ESRCH (no memory: a kernel thread, or ended).
 */
export function smapsRollup(pid: number | 'self' = 'self'): SmapsRollup | Failed {
  const read = readText(`${procFolder(pid)}/smaps_rollup`);
  if (read.errno !== null) return read;
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(read.text)?.[1] ?? 0) * 1024;
  return {
    returned: 0,
    errno: null,
    rssBytes: bytes('Rss'),
    pssBytes: bytes('Pss'),
    anonymousBytes: bytes('Anonymous'),
    lazyFreeBytes: bytes('LazyFree'),
    anonHugePagesBytes: bytes('AnonHugePages'),
    swapBytes: bytes('Swap'),
    lockedBytes: bytes('Locked'),
  };
}
