import { statfsSync } from 'node:fs';
import { MAP, mincore, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { cachestat, mincoreTellsOf } from '../../native/calls/page-cache.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { Text } from '../../protocol/text.ts';
import type { Slices } from '../base/slices.ts';

/** Who tells what the page cache holds of a file. */
export type PageWitness = 'cachestat' | 'mincore';

/** A count of pages of a file. What is null nobody could tell; `reason` says why, if nothing at all is known. */
export interface PageCounts {
  readonly witness: PageWitness | null;
  readonly cachedPages: number | null;
  readonly dirtyPages: number | null;
  readonly writebackPages: number | null;
  readonly evictedPages: number | null;
  readonly recentlyEvictedPages: number | null;
  readonly reason?: Text;
}

/** File systems by `f_type`. statfs(2) */
const fileSystems = { overlay: 0x794c7630, fuse: 0x65735546, hugetlbfs: 0x958458f6 } as const;

const withoutCachestat: ReadonlySet<number> = new Set(Object.values(fileSystems));

/** Whether cachestat is there: it came with Linux 6.5, and a sandbox may forbid it. */
let noCachestat: 'ENOSYS' | undefined;

/**
 * Who tells the truth about the pages of an open file, or why nobody does.
 *
 * cachestat(2) is cheaper and knows more. Where a file lies over another one (overlayfs, FUSE that passes through) it
 * counts the upper file's pages, of which there are none, and answers 0; mincore(2) looks at what is mapped, the lower
 * file. Of a file that is neither one's own nor writable mincore says since Linux 5.2 that all is resident, and
 * cachestat answers EPERM since 6.14. On hugetlbfs neither tells: mincore counts what this process has mapped.
 */
export function witnessOf(fd: number, fileSystem = fileSystemOf(fd)): PageWitness | Text {
  if (fileSystem === fileSystems.hugetlbfs) {
    return { en: 'neither cachestat nor mincore tells of hugetlbfs', zh: 'cachestat 和 mincore 都不能说明 hugetlbfs' };
  }
  if (fileSystem === undefined || fileSystem === fileSystems.overlay || fileSystem === fileSystems.fuse) {
    if (mincoreTellsOf(fd)) return 'mincore';
    const name = fileSystem === fileSystems.fuse ? 'FUSE' : 'overlayfs';
    return {
      en: `cachestat is blind on ${name}, and mincore keeps a file secret that is neither yours nor writable by you`,
      zh: `cachestat 看不到 ${name} 的页，而对既不属于你、你也不能写入的文件，mincore 会保密`,
    };
  }
  if (noCachestat === undefined) {
    const { errno } = cachestat(fd, 0, 1);
    if (errno === null) return 'cachestat';
    if (errno === 'ENOSYS') noCachestat = errno;
    // A sandbox may answer EPERM as well, and mincore be free.
    if (mincoreTellsOf(fd)) return 'mincore';
    return secret(errno);
  }
  return mincoreTellsOf(fd) ? 'mincore' : secret(noCachestat);
}

function secret(errno: string): Text {
  return {
    en: `the file is neither yours nor writable by you: mincore then says that every page is resident (Linux 5.2), and cachestat answers ${errno}`,
    zh: `该文件既不属于你，你也不能写入：这时 mincore 说每一页都驻留（Linux 5.2），而 cachestat 返回 ${errno}`,
  };
}

/** The `f_type` of the file system of an open file; undefined where /proc is not there to ask through. statfs(2) */
export function fileSystemOf(fd: number): number | undefined {
  try {
    return statfsSync(`/proc/self/fd/${fd}`).type;
  } catch {
    return undefined;
  }
}

/** Bytes asked of at a time, so that no answer takes 10 ms: a page costs cachestat 20 ns at most, mincore 130 ns. */
const chunkBytes = { cachestat: 1 << 30, mincore: 1 << 27 } as const;

/**
 * Counts pages of an open file, from `offset` for `length` bytes, whichever process read them. Looking does not read
 * them and does not change the file; mapping it for mincore sets its atime, unless it was opened with O_NOATIME.
 */
export function countPages(fd: number, offset: number, length: number, witness: PageWitness | Text): PageCounts {
  if (typeof witness !== 'string') return unknownPages(witness);
  if (length === 0) return witness === 'cachestat' ? noPages : noPagesByMincore;
  return witness === 'cachestat' ? countByCachestat(fd, offset, length) : countByMincore(fd, offset, length);
}

/**
 * `countPages` of a whole file, where it is short enough to be done at once: `witnessOf` and the count in one call of
 * cachestat, which is most of what a small file costs. Undefined where it is long, or cachestat does not tell.
 */
export function countShort(fd: number, length: number, fileSystem: number | undefined): PageCounts | undefined {
  if (length > chunkBytes.cachestat || noCachestat !== undefined || !cachestatTellsOn(fileSystem)) return undefined;
  // To the kernel a length of 0 is all of the file, which is empty.
  const counted = countByCachestat(fd, 0, length);
  return counted.reason === undefined ? counted : undefined;
}

function cachestatTellsOn(fileSystem: number | undefined): boolean {
  return fileSystem !== undefined && !withoutCachestat.has(fileSystem);
}

/** `countPages` of a file of any length, which lets the main loop go on. @throws what `signal` was aborted with */
export async function countPagesInSlices(
  fd: number,
  length: number,
  witness: PageWitness | Text,
  slices: Slices,
  signal?: AbortSignal,
): Promise<PageCounts> {
  if (typeof witness !== 'string') return unknownPages(witness);
  let sum = countPages(fd, 0, 0, witness);
  for (let at = 0; at < length; at += chunkBytes[witness]) {
    signal?.throwIfAborted();
    if (slices.over) await slices.next();
    const part = countPages(fd, at, Math.min(chunkBytes[witness], length - at), witness);
    if (part.reason) return part;
    sum = addCounts(sum, part);
  }
  return sum;
}

/** Whether a file is short enough for `countPages` to answer at once. */
export function isShort(length: number, witness: PageWitness | Text): boolean {
  return typeof witness !== 'string' || length <= chunkBytes[witness];
}

/** Nothing is known, and why. */
export function unknownPages(reason: Text): PageCounts {
  return { ...noPages, ...unknownFurther, witness: null, cachedPages: null, reason };
}

const noPages: PageCounts = {
  witness: 'cachestat',
  cachedPages: 0,
  dirtyPages: 0,
  writebackPages: 0,
  evictedPages: 0,
  recentlyEvictedPages: 0,
};
const unknownFurther = { dirtyPages: null, writebackPages: null, evictedPages: null, recentlyEvictedPages: null };
const noPagesByMincore: PageCounts = { ...noPages, ...unknownFurther, witness: 'mincore' };

/** The sum of two counts; what one of them doesn't know is not known of the sum. */
function addCounts(a: PageCounts, b: PageCounts): PageCounts {
  const add = (x: number | null, y: number | null) => (x === null || y === null ? null : x + y);
  return {
    witness: a.witness,
    cachedPages: add(a.cachedPages, b.cachedPages),
    dirtyPages: add(a.dirtyPages, b.dirtyPages),
    writebackPages: add(a.writebackPages, b.writebackPages),
    evictedPages: add(a.evictedPages, b.evictedPages),
    recentlyEvictedPages: add(a.recentlyEvictedPages, b.recentlyEvictedPages),
  };
}

function countByCachestat(fd: number, offset: number, length: number): PageCounts {
  const counted = cachestat(fd, offset, length);
  if (counted.errno !== null) return unknownPages(answered('cachestat', counted.errno));
  const { cachedPages, dirtyPages, writebackPages, evictedPages, recentlyEvictedPages } = counted;
  return { witness: 'cachestat', cachedPages, dirtyPages, writebackPages, evictedPages, recentlyEvictedPages };
}

function countByMincore(fd: number, offset: number, length: number): PageCounts {
  const vec = mincoreOf(fd, offset, length);
  if (!(vec instanceof Uint8Array)) return unknownPages(vec);
  let cachedPages = 0;
  for (let at = 0; at < vec.length; at++) cachedPages += (vec[at] ?? 0) & 1;
  return { ...noPagesByMincore, cachedPages };
}

let vector = new Uint8Array(0);

/** mincore's answer for bytes of a file, which it maps for it: bit 0 of each byte. Good until the next call. */
export function mincoreOf(fd: number, offset: number, length: number): Uint8Array | Text {
  const pages = Math.ceil(length / pageSize());
  const mapped = mmap(null, length, PROT.READ, MAP.SHARED, fd, offset);
  if (mapped.errno !== null) return answered('mmap', mapped.errno);
  if (vector.length < pages) vector = new Uint8Array(Math.max(pages, 4096));
  const vec = vector.subarray(0, pages);
  const { errno } = mincore(mapped.returned, length, vec);
  munmap(mapped.returned, length);
  return errno === null ? vec : answered('mincore', errno);
}

function answered(call: string, errno: string): Text {
  return { en: `${call} answered ${errno}`, zh: `${call} 返回 ${errno}` };
}
