/**
 * /proc/PID/smaps (proc_pid_smaps(5)): what each VMA holds and its flags. The only place that tells locked-on-fault and
 * don't-dump, and the dearest: the kernel walks the page table of every VMA it prints. Read as a stream, stopped past
 * the range.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open as openAsync } from 'node:fs/promises';
import type { Failed } from '../libc/errno.ts';
import { fileFailure, procFolder } from './proc-file.ts';
import { endOfRecord, parseRecord, type SmapsEntry } from './smaps-record.ts';

export type { SmapsEntry } from './smaps-record.ts';

/**
 * Calls `visit` with each VMA that overlaps `start` to `end`, in order of address; stops when it answers false.
 * `returned` is the number visited. Holds 64 KiB at a time.
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

/**
 * `readSmaps` for a main loop: the reading, which is the kernel's walk through the page tables and nine tenths of the
 * time, runs on libuv's pool. Mappings may change between two chunks; each VMA is told as it was when its chunk was
 * read.
 */
export async function readSmapsAsync(
  pid: number | 'self',
  visit: (entry: SmapsEntry) => unknown,
  start = 0n,
  end = 0xffff_ffff_ffff_ffffn,
): Promise<{ readonly returned: number; readonly errno: null } | Failed> {
  let file: FileHandle | undefined;
  try {
    file = await openAsync(`${procFolder(pid)}/smaps`, 'r');
    const records = new Records(visit, start, end);
    while (!records.ended) {
      const { bytes, at, length } = records.room();
      records.take((await file.read(bytes, at, length, null)).bytesRead);
    }
    return { returned: records.visited, errno: null };
  } catch (error) {
    return fileFailure(error);
  } finally {
    await file?.close();
  }
}

function stream(fd: number, visit: (entry: SmapsEntry) => unknown, start: bigint, end: bigint): number {
  const records = new Records(visit, start, end);
  while (!records.ended) {
    const { bytes, at, length } = records.room();
    records.take(readSync(fd, bytes, at, length, null));
  }
  return records.visited;
}

/** What was read of smaps and not visited yet. Whoever reads asks for room, fills it, and says how much it was. */
class Records {
  readonly #visit: (entry: SmapsEntry) => unknown;
  readonly #from: number;
  readonly #end: bigint;
  #bytes = Buffer.allocUnsafe(CHUNK);
  #begin = 0;
  #filled = 0;
  visited = 0;
  /** The file or the range is at its end, or `visit` wants no more. */
  ended = false;

  constructor(visit: (entry: SmapsEntry) => unknown, start: bigint, end: bigint) {
    this.#visit = visit;
    this.#from = Number(start);
    this.#end = end;
  }

  room(): { readonly bytes: Buffer; readonly at: number; readonly length: number } {
    if (this.#bytes.length - this.#filled < CHUNK / 4) {
      // What is left of a VMA goes to the front. One whose path fills the memory gets more: the kernel has no bound for
      // it.
      const left = this.#filled - this.#begin;
      const next = left > this.#bytes.length / 2 ? Buffer.allocUnsafe(this.#bytes.length * 2) : this.#bytes;
      this.#bytes.copy(next, 0, this.#begin, this.#filled);
      this.#bytes = next;
      this.#filled = left;
      this.#begin = 0;
    }
    return { bytes: this.#bytes, at: this.#filled, length: this.#bytes.length - this.#filled };
  }

  /** @param read bytes that were put into the room; 0 is the file's end */
  take(read: number): void {
    this.#filled += read;
    this.ended = read === 0;
    while (!this.ended) {
      const entry = parseRecord(this.#bytes, this.#begin, this.#filled, this.#from);
      if (entry === undefined) return;
      this.#begin = endOfRecord();
      if (entry === null) continue;
      if (entry.start >= this.#end) {
        this.ended = true;
        return;
      }
      this.visited++;
      if (this.#visit(entry) === false) this.ended = true;
    }
  }
}
