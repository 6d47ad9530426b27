/**
 * The locked ranges of this process. PROCMAP_QUERY walks the mappings and msync(2) says of each whether it is locked:
 * 10 of them take
 * 0.02 ms, where smaps takes 1.4 ms and more with every mapping and resident page. smaps alone tells locked on fault
 *   from locked, and is the fallback where the ioctl is missing (before Linux 6.11).
 */
import { checkAddress } from '../libc/arguments.ts';
import type { Failed } from '../libc/errno.ts';
import { readSmaps } from '../proc/smaps.ts';
import { isLocked, vmas } from '../proc/vma.ts';

/** A mapping that is locked, by its addresses. */
export type LockedRange = {
  readonly start: bigint;
  readonly end: bigint;
  /** Locked on fault. Null when it was not asked. */
  readonly onFault: boolean | null;
};

/** What is locked, and where that was read. */
export type LockedRanges = {
  readonly returned: 0;
  readonly errno: null;
  readonly source: 'procmap-query' | 'smaps';
  /** In order of address, one for each mapping; neighbours are not joined. */
  readonly ranges: readonly LockedRange[];
};

/** Where to look, and how closely. */
export type LockedRangesOptions = {
  /** The addresses to look at; everything by default. Ranges have the mapping's own bounds, which may lie outside. */
  readonly start?: bigint;
  readonly end?: bigint;
  /** Also tell locked on fault from locked, which takes smaps. */
  readonly onFault?: boolean;
};

/** Finds them. Errors: those of opening and reading /proc/self/maps and smaps. */
export function lockedRanges(options: LockedRangesOptions = {}): LockedRanges | Failed {
  const start = checkAddress('start', options.start ?? 0n);
  const end = checkAddress('end', options.end ?? 0xffff_ffff_ffff_ffffn);
  const found = vmas(start, end);
  if (found.errno !== null) return found;
  if (found.source !== 'procmap-query') return lockedInSmaps('self', start, end);
  const ranges: LockedRange[] = [];
  for (const vma of found.vmas) {
    if (!isLocked(vma.start, Number(vma.end - vma.start)).locked) continue;
    ranges.push({ start: vma.start, end: vma.end, onFault: null });
  }
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (options.onFault && first && last) return lockedInSmaps('self', first.start, last.end);
  return { returned: 0, errno: null, source: 'procmap-query', ranges };
}

/** The same of any process that one may read, from smaps alone. Errors: ENOENT, EACCES, ESRCH. */
export function lockedInSmaps(pid: number | 'self', start = 0n, end = 0xffff_ffff_ffff_ffffn): LockedRanges | Failed {
  const ranges: LockedRange[] = [];
  const read = readSmaps(
    pid,
    (vma) => {
      if (vma.locked) ranges.push({ start: vma.start, end: vma.end, onFault: vma.onFault });
    },
    start,
    end,
  );
  return read.errno === null ? { returned: 0, errno: null, source: 'smaps', ranges } : read;
}
