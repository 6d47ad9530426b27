/** /proc/meminfo and /proc/swaps (proc_meminfo(5), proc_swaps(5)): the machine's memory. */
import type { Failed } from '../libc/errno.ts';
import { readText } from './proc-file.ts';

export type Meminfo = {
  readonly returned: 0;
  readonly errno: null;
  readonly memTotalBytes: number;
  /** An estimate of what new work can have without swapping. */
  readonly memAvailableBytes: number;
  readonly memFreeBytes: number;
  /** The page cache: pages of files, those of tmpfs and shared memory with them. */
  readonly cachedBytes: number;
  /** Of those: tmpfs and shared memory. */
  readonly shmemBytes: number;
  /** Pages of block devices. */
  readonly buffersBytes: number;
  readonly dirtyBytes: number;
  readonly swapTotalBytes: number;
  readonly swapFreeBytes: number;
  readonly mlockedBytes: number;
  /** Locked, or otherwise not to be reclaimed: of ramfs, SHM_LOCK, memfd_secret. */
  readonly unevictableBytes: number;
  /** What may be promised in all, in overcommit mode `never`. */
  readonly commitLimitBytes: number;
  /** What has been promised. */
  readonly committedBytes: number;
  /** Bytes of a page of the default pool of huge pages; 0 on a kernel without hugetlb. */
  readonly hugePageBytes: number;
  /** That pool, in huge pages: all of it, what is free, and what of the free ones is promised to mappings. */
  readonly hugePagesTotal: number;
  readonly hugePagesFree: number;
  readonly hugePagesReserved: number;
};

/** The machine's memory. Errors: ENOENT, EACCES (no /proc). */
export function meminfo(): Meminfo | Failed {
  const read = readText('/proc/meminfo');
  return read.errno === null ? parseMeminfo(read.text) : read;
}

/** The same from the file's text. */
export function parseMeminfo(text: string): Meminfo {
  const count = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const bytes = (name: string) => count(name) * 1024;
  return {
    returned: 0,
    errno: null,
    memTotalBytes: bytes('MemTotal'),
    memAvailableBytes: bytes('MemAvailable'),
    memFreeBytes: bytes('MemFree'),
    cachedBytes: bytes('Cached'),
    shmemBytes: bytes('Shmem'),
    buffersBytes: bytes('Buffers'),
    dirtyBytes: bytes('Dirty'),
    swapTotalBytes: bytes('SwapTotal'),
    swapFreeBytes: bytes('SwapFree'),
    mlockedBytes: bytes('Mlocked'),
    unevictableBytes: bytes('Unevictable'),
    commitLimitBytes: bytes('CommitLimit'),
    committedBytes: bytes('Committed_AS'),
    hugePageBytes: bytes('Hugepagesize'),
    hugePagesTotal: count('HugePages_Total'),
    hugePagesFree: count('HugePages_Free'),
    hugePagesReserved: count('HugePages_Rsvd'),
  };
}

export type Swap = {
  /** As printed: spaces in the path are `\040`. */
  readonly path: string;
  readonly type: string;
  readonly sizeBytes: number;
  readonly usedBytes: number;
  readonly priority: number;
};

/** The swap areas in use; none is an empty list. Errors: ENOENT (a kernel without swap). */
export function swaps(): { readonly returned: 0; readonly errno: null; readonly swaps: readonly Swap[] } | Failed {
  const read = readText('/proc/swaps');
  return read.errno === null ? { returned: 0, errno: null, swaps: parseSwaps(read.text) } : read;
}

/** The same from the file's text. */
export function parseSwaps(text: string): readonly Swap[] {
  const rows = text.split('\n').slice(1).filter(Boolean);
  return rows.map((row) => {
    const [path = '', type = '', size, used, priority] = row.split(/\s+/);
    return { path, type, sizeBytes: Number(size) * 1024, usedBytes: Number(used) * 1024, priority: Number(priority) };
  });
}
