/**
 * /proc/PID/smaps (proc_pid_smaps(5)): what each VMA holds and its flags. The only place that tells locked-on-fault and
 * don't-dump, and the dearest: the kernel walks the page table of every VMA it prints. Read as a stream, stopped past the range.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Failed } from './errno.ts';
import { fileFailure, procFolder } from './proc-file.ts';
import { endOfRecord, parseRecord, type SmapsEntry } from './smaps-record.ts';

export type { SmapsEntry } from './smaps-record.ts';

/**
 * Calls `visit` with each VMA that overlaps `start` to `end`, in order of address; stops when it answers false. `returned` is the
 * number visited. Holds 64 KiB at a time.
 *
 * Errors: ENOENT (no such process, or CONFIG_PROC_PAGE_MONITOR is off), EACCES (not yours), ESRCH (ended meanwhile).
 */
export function readSmaps(
  pid: number | 'self',
  visit: (entry: SmapsEntry) => unknown,
  start = 0n,
  end = 0xffff_ffff_ffff_ffffn,
): { readonly returned: number; readonly errno: null } | Failed {
  let fd = -1;
  try {
    fd = openSync(`${procFolder(pid)}/smaps`, 'r');
    return { returned: stream(fd, visit, start, end), errno: null };
  } catch (error) {
    return fileFailure(error);
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** Memory for what was read and not yet parsed; the kernel hands over some 4 KiB at a time, a VMA takes 700 bytes. */
const CHUNK = 64 * 1024;

function stream(fd: number, visit: (entry: SmapsEntry) => unknown, start: bigint, end: bigint): number {
  let bytes = Buffer.allocUnsafe(CHUNK);
  const from = Number(start);
  let begin = 0;
  let filled = 0;
  let visited = 0;
  for (;;) {
    if (bytes.length - filled < CHUNK / 4) {
      // What is left of a VMA goes to the front. One whose path fills the memory gets more: the kernel has no bound for it.
      const next = filled - begin > bytes.length / 2 ? Buffer.allocUnsafe(bytes.length * 2) : bytes;
      bytes.copy(next, 0, begin, filled);
      bytes = next;
      filled -= begin;
      begin = 0;
    }
    const read = readSync(fd, bytes, filled, bytes.length - filled, null);
    if (read === 0) return visited;
    filled += read;
    for (;;) {
      const entry = parseRecord(bytes, begin, filled, from);
      if (entry === undefined) break;
      begin = endOfRecord();
      if (entry === null) continue;
      if (entry.start >= end) return visited;
      visited++;
      if (visit(entry) === false) return visited;
    }
  }
}
