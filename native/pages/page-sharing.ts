/**
 * Which pages of a process no other process maps: bit 56 of /proc/PID/pagemap (Linux 4.2), which needs no privilege.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { checkAddress, checkLength } from '../libc/arguments.ts';
import { type Failed, OK, type Returned } from '../libc/errno.ts';
import { pageSize } from '../libc/sysconf.ts';
import { fileFailure, procFolder } from '../proc/proc-file.ts';

/** Bits of an entry's upper half: 63 present, 56 exclusively mapped. kernel documentation admin-guide/mm/pagemap.rst */
const PRESENT = 1 << 31;
const EXCLUSIVE = 1 << 24;

/** The numbers of the pages that are there, by who maps them. */
export type PageSharing = Returned & {
  /** Mapped by this process alone. */
  readonly exclusive: readonly number[];
  /** Mapped by others too. */
  readonly shared: readonly number[];
};

/**
 * Looks at `pages` pages from `address`. For small pages: since Linux 6.15 the answer for a large folio may be that of
 * the whole folio.
 *
 * Errors: those of opening and reading it: ENOENT (no such process), EACCES (not yours), EINVAL (a range past user
 * space).
 */
export function pageSharing(pid: number | 'self', address: bigint, pages: number): PageSharing | Failed {
  const first = Number(checkAddress('address', address)) / pageSize();
  const entries = new Uint32Array(checkLength('pages', pages) * 2);
  let fd = -1;
  try {
    fd = openSync(`${procFolder(pid)}/pagemap`, 'r');
    const read = readSync(fd, entries, 0, entries.byteLength, first * 8);
    if (read < entries.byteLength) return { returned: -1, errno: 'EINVAL' };
  } catch (error) {
    return fileFailure(error);
  } finally {
    if (fd >= 0) closeSync(fd);
  }
  const exclusive: number[] = [];
  const shared: number[] = [];
  for (let page = 0; page < pages; page++) {
    const entry = entries[page * 2 + 1] ?? 0;
    if (entry & PRESENT) (entry & EXCLUSIVE ? exclusive : shared).push(page);
  }
  return { ...OK, exclusive, shared };
}
