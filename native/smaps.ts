/**
 * /proc/PID/smaps (proc_pid_smaps(5)): what each VMA holds and its flags. The only place that tells locked-on-fault and
 * don't-dump, and the dearest: the kernel walks the page table of every VMA it prints. Read as a stream, stopped past the range.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Failed } from './errno.ts';
import { fileFailure, procFolder } from './proc-file.ts';

/** One VMA of smaps. Sizes in bytes. `flags` are the two-letter VmFlags, space-separated as the kernel prints them. */
export type SmapsEntry = {
  readonly start: bigint;
  readonly end: bigint;
  /** As printed: `rw-p`. */
  readonly protection: string;
  /** The file, `[heap]`, `[stack]`…, or '' for anonymous memory. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly rssBytes: number;
  readonly swapBytes: number;
  /** Locked pages that are there, each divided by the number of processes that map it. */
  readonly lockedBytes: number;
  readonly flags: string;
  /** `lo`: locked, in whole or on fault. */
  readonly locked: boolean;
  /** `lf`: locked on fault (Linux 4.4). */
  readonly onFault: boolean;
  /** `dd`: not in core files. */
  readonly dontDump: boolean;
};

const HEADER = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+ *(.*)$/;

/** `\nName:   123 kB` in bytes; 0 where this kernel has no such line. */
function field(record: string, name: string): number {
  const at = record.indexOf(name);
  return at < 0 ? 0 : Number.parseInt(record.slice(at + name.length, at + name.length + 24), 10) * 1024;
}

/** One VMA's block of lines, without its last newline. Null when its first line is no VMA. */
export function parseSmapsRecord(record: string): SmapsEntry | null {
  const firstLine = record.indexOf('\n');
  const header = HEADER.exec(firstLine < 0 ? record : record.slice(0, firstLine));
  if (!header) return null;
  const [, start = '', end = '', protection = '', path = ''] = header;
  const flagsAt = record.lastIndexOf('\nVmFlags:');
  const flags = flagsAt < 0 ? '' : record.slice(flagsAt + 9).trim();
  return {
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    protection,
    path,
    sizeBytes: field(record, '\nSize:'),
    rssBytes: field(record, '\nRss:'),
    swapBytes: field(record, '\nSwap:'),
    lockedBytes: field(record, '\nLocked:'),
    flags,
    locked: hasFlag(flags, 'lo'),
    onFault: hasFlag(flags, 'lf'),
    dontDump: hasFlag(flags, 'dd'),
  };
}

/** Flags are two letters and a space, so a flag can only begin at a multiple of three. */
function hasFlag(flags: string, flag: string): boolean {
  for (let at = flags.indexOf(flag); at >= 0; at = flags.indexOf(flag, at + 1)) if (at % 3 === 0) return true;
  return false;
}

/**
 * Calls `visit` with each VMA that overlaps `start` to `end`, in order of address; stops when it answers false. `returned` is the
 * number visited. Holds one chunk at a time.
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

function stream(fd: number, visit: (entry: SmapsEntry) => unknown, start: bigint, end: bigint): number {
  const chunk = Buffer.allocUnsafe(64 * 1024);
  let text = '';
  let visited = 0;
  for (;;) {
    const read = readSync(fd, chunk, 0, chunk.length, null);
    if (read === 0) return visited;
    text += chunk.toString('latin1', 0, read);
    let from = 0;
    for (;;) {
      const flags = text.indexOf('\nVmFlags:', from);
      const close = flags < 0 ? -1 : text.indexOf('\n', flags + 1);
      if (close < 0) break;
      const entry = parseSmapsRecord(text.slice(from, close));
      from = close + 1;
      if (!entry || entry.end <= start) continue;
      if (entry.start >= end) return visited;
      visited++;
      if (visit(entry) === false) return visited;
    }
    text = text.slice(from);
  }
}
