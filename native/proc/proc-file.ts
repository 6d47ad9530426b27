/** Reading files of /proc and /sys: small ones whole, the two that snapshots need through one descriptor each. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { errnoName, type Failed } from '../libc/errno.ts';

/** What Node threw for a file call, as a result; anything else is a bug and goes on. */
export function fileFailure(error: unknown): Failed {
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number') {
    return { returned: -1, errno: errnoName(-error.errno) };
  }
  throw error;
}

/** The errno of what Node threw for a file call, for a sentence. */
export function errnoOf(error: unknown): string {
  return fileFailure(error).errno;
}

export type Text = { readonly returned: 0; readonly errno: null; readonly text: string };

/** What a small file is read into: readFileSync takes 512 KiB anew for each file whose size stat doesn't tell. */
const small = Buffer.allocUnsafeSlow(64 * 1024);

/** A small file's whole text. Errors: those of open(2) and read(2): ENOENT, EACCES, ESRCH (the process ended). */
export function readText(path: string): Text | Failed {
  try {
    return { returned: 0, errno: null, text: wholeText(path) };
  } catch (error) {
    return fileFailure(error);
  }
}

function wholeText(path: string): string {
  const fd = openSync(path, 'r');
  try {
    let length = 0;
    while (length < small.length) {
      const read = readSync(fd, small, length, small.length - length, null);
      if (read === 0) return small.toString('latin1', 0, length);
      length += read;
    }
  } finally {
    closeSync(fd);
  }
  return readFileSync(path, 'latin1');
}

/** The folder of a process: its number, or `self`. @throws RangeError for a number that can't be a pid. */
export function procFolder(pid: number | 'self'): string {
  if (pid !== 'self' && (!Number.isSafeInteger(pid) || pid <= 0)) {
    throw new RangeError(`pid must be a positive whole number or 'self', not ${pid}`);
  }
  return `/proc/${pid}`;
}

const open = new Map<string, number>();

/**
 * A descriptor on `/proc/self/NAME`, opened at the first use and kept: opening costs more than a small snapshot, and
 * what was opened before a process dropped its privileges goes on working after.
 */
export function selfDescriptor(
  name: 'pagemap' | 'maps' | 'smaps',
): { readonly returned: number; readonly errno: null } | Failed {
  const known = open.get(name);
  if (known !== undefined) return { returned: known, errno: null };
  try {
    const descriptor = openSync(`/proc/self/${name}`, 'r');
    open.set(name, descriptor);
    return { returned: descriptor, errno: null };
  } catch (error) {
    return fileFailure(error);
  }
}

/** Closes what `selfDescriptor` keeps; the next use opens it again. */
export function closeSelfDescriptors(): void {
  for (const descriptor of open.values()) closeSync(descriptor);
  open.clear();
}
