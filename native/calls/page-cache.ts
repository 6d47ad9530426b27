/** What the page cache holds of a file, and advice about it: cachestat(2), posix_fadvise(2). */
import { accessSync, constants, fstatSync } from 'node:fs';
import { checkInt, checkLength } from '../libc/arguments.ts';
import { errnoName, type Failed, OK, type Result } from '../libc/errno.ts';
import { bind } from '../libc/libc.ts';
import { SYS, syscallWithBuffers } from '../libc/syscall.ts';
import { capget } from './capabilities.ts';

/** Advice of posix_fadvise(2); the numbers of x86-64, arm64 and riscv64. */
export const POSIX_FADV = { NORMAL: 0, RANDOM: 1, SEQUENTIAL: 2, WILLNEED: 3, DONTNEED: 4, NOREUSE: 5 } as const;

const libcFadvise = bind<(fd: number, offset: number, length: number, advice: number) => number>(
  'int posix_fadvise(int, int64_t, int64_t, int)',
);

/**
 * Advises on a file's bytes; `length` 0 is to its end. DONTNEED drops whole pages that are clean and that nobody maps:
 * sync the file, and `madvise` its mappings with DONTNEED, first. Errors: EBADF, EINVAL, ESPIPE (a pipe).
 * posix_fadvise(2)
 */
export function posixFadvise(fd: number, offset: number, length: number, advice: number): Result {
  checkInt('fd', fd);
  checkLength('offset', offset);
  checkLength('length', length);
  // The one call here that answers with the error number itself and leaves errno alone.
  const error = libcFadvise()(fd, offset, length, checkInt('advice', advice));
  return error === 0 ? OK : { returned: -1, errno: errnoName(error) };
}

/** Pages of a file's range. */
export type CacheStat = {
  readonly returned: 0;
  readonly errno: null;
  readonly cachedPages: number;
  readonly dirtyPages: number;
  readonly writebackPages: number;
  /** Were in the cache, and are not any more. */
  readonly evictedPages: number;
  /** Of those: so lately that reading them again would mean the cache is too small. */
  readonly recentlyEvictedPages: number;
};

// Both over 64 bytes, so that V8 leaves them where they are.
const range = new BigUint64Array(16);
const counts = new BigUint64Array(16);

/**
 * What the page cache holds of `length` bytes from `offset` (0: to the end). Tells the truth where mincore does not: of
 * a file that the caller may not write it answers EPERM. Errors: EPERM, ENOSYS (before 6.5), EBADF, EOPNOTSUPP
 * (hugetlbfs), EINVAL. cachestat(2)
 */
export function cachestat(fd: number, offset: number, length: number): CacheStat | Failed {
  range[0] = BigInt(checkLength('offset', offset));
  range[1] = BigInt(checkLength('length', length));
  const asked = syscallWithBuffers(SYS.cachestat, checkInt('fd', fd), range, counts);
  if (asked.errno !== null) return asked;
  const [cached = 0n, dirty = 0n, writeback = 0n, evicted = 0n, recent = 0n] = counts;
  return {
    returned: 0,
    errno: null,
    cachedPages: Number(cached),
    dirtyPages: Number(dirty),
    writebackPages: Number(writeback),
    evictedPages: Number(evicted),
    recentlyEvictedPages: Number(recent),
  };
}

/**
 * Whether mincore tells the truth about a file's pages. Of a file that the caller neither owns nor may write it says
 * since Linux 5.2 that all are in core, and does not say that it hides something. Asks what the kernel asks: owner,
 * CAP_FOWNER, permission to write (`can_do_mincore` in mm/mincore.c). That cachestat answers is no sign: it did not ask
 * until CVE-2025-21691 was fixed.
 */
export function mincoreTellsOf(fd: number): boolean {
  try {
    if (fstatSync(fd).uid === process.geteuid?.()) return true;
    const held = capget();
    if (held.errno === null && held.effective.includes('CAP_FOWNER')) return true;
    accessSync(`/proc/self/fd/${fd}`, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
