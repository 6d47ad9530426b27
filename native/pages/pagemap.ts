/**
 * /proc/PID/pagemap (kernel documentation admin-guide/mm/pagemap.rst): eight bytes per page. The way before
 * PAGEMAP_SCAN; 22 ms for a million pages. The file has no end, so only fixed ranges are ever read.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { checkAddress, checkBuffer, checkLength } from '../libc/arguments.ts';
import { type Failed, OK, type Returned } from '../libc/errno.ts';
import { pageSize } from '../libc/sysconf.ts';
import { fileFailure, procFolder } from '../proc/proc-file.ts';
import { PageBit } from './page-bit.ts';

/**
 * Bits of an entry's upper half: 63 present, 62 swapped, 58 guard region (Linux 6.15), 56 mapped by nobody else (Linux
 * 4.2).
 */
const PRESENT = 1 << 31;
const SWAPPED = 1 << 30;
const GUARD = 1 << 26;
const EXCLUSIVE = 1 << 24;

/** Entries read at once: 64 KiB. */
const ENTRIES = 8192;
let scratch: Uint32Array | undefined;

/**
 * Writes Present and Swapped for each page into `into`. Without privilege page frame numbers read as 0, and huge
 * mappings are not marked at all: Zero and Huge stay unknown.
 *
 * Errors: those of pread(2); a range past user space reads short and is EINVAL here.
 */
export function readPagemap(fd: number, address: bigint, pages: number, into: Uint8Array): Returned | Failed {
  return readEntries(fd, address, pages, into, (entry) =>
    entry & PRESENT ? PageBit.Present : (entry & (SWAPPED | GUARD)) === SWAPPED ? PageBit.Swapped : 0,
  );
}

/** What `readExclusive` says of a page. */
export const Exclusive = { Absent: 0, Shared: 1, Exclusive: 2 } as const;

/**
 * Tells of each page of a process whether it alone maps it (`Exclusive`). After a fork all pages of private memory are
 * shared; the first write on either side makes that page a copy, exclusive on both. Linux 4.2.
 *
 * Errors: ENOENT, EACCES (not yours), ESRCH, EINVAL (outside of user space).
 */
export function readExclusive(
  pid: number | 'self',
  address: bigint,
  pages: number,
  into: Uint8Array,
): Returned | Failed {
  let fd = -1;
  try {
    fd = openSync(`${procFolder(pid)}/pagemap`, 'r');
  } catch (error) {
    return fileFailure(error);
  }
  try {
    return readEntries(fd, address, pages, into, (entry) =>
      entry & PRESENT ? (entry & EXCLUSIVE ? Exclusive.Exclusive : Exclusive.Shared) : Exclusive.Absent,
    );
  } finally {
    closeSync(fd);
  }
}

/** Writes `of(upper half of the entry)` for each page into `into`. */
function readEntries(
  fd: number,
  address: bigint,
  pages: number,
  into: Uint8Array,
  of: (entry: number) => number,
): Returned | Failed {
  checkLength('pages', pages);
  checkBuffer('into', into, pages);
  const first = Number(checkAddress('address', address)) / pageSize();
  scratch ??= new Uint32Array(ENTRIES * 2);
  for (let done = 0; done < pages; done += ENTRIES) {
    const count = Math.min(ENTRIES, pages - done);
    try {
      const read = readSync(fd, scratch, 0, count * 8, (first + done) * 8);
      if (read < count * 8) return { returned: -1, errno: 'EINVAL' };
    } catch (error) {
      return fileFailure(error);
    }
    for (let i = 0; i < count; i++) into[done + i] = of(scratch[i * 2 + 1] ?? 0);
  }
  return OK;
}
