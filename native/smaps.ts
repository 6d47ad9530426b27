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

/** `start-end rw-p offset device inode path`. Anything else is no header. */
const HEADER = /^[0-9a-f]+-[0-9a-f]+ [r-][w-][x-][sp] /;

/**
 * Where each line began in the last VMA, counted from the end of its header. The kernel pads its numbers, so it is nearly always there
 * again; looking there first and searching only when it is not halves the time of parsing.
 */
const hints = new Map<string, number>();

function find(text: string, line: string, headerEnd: number): number {
  const hint = hints.get(line);
  if (hint !== undefined && text.startsWith(line, headerEnd + hint)) return headerEnd + hint;
  const at = text.indexOf(line, headerEnd);
  if (at >= 0) hints.set(line, at - headerEnd);
  return at;
}

/** `\nName:   123 kB` in bytes; 0 where this kernel has no such line. */
function field(record: string, line: string, headerEnd: number): number {
  let at = find(record, line, headerEnd);
  if (at < 0) return 0;
  at += line.length;
  while (record.charCodeAt(at) === SPACE) at++;
  let value = 0;
  for (let digit = record.charCodeAt(at) - ZERO; digit >= 0 && digit <= 9; digit = record.charCodeAt(at) - ZERO) {
    value = value * 10 + digit;
    at++;
  }
  return value * 1024;
}

const SPACE = 32;
const ZERO = 48;

/** The path after offset, device and inode; paths may hold spaces. */
function pathOf(record: string, afterProtection: number, headerEnd: number): string {
  let at = afterProtection;
  for (let word = 0; word < 3; word++) {
    at = record.indexOf(' ', at + 1);
    if (at < 0 || at >= headerEnd) return '';
  }
  return record.slice(at, headerEnd).trimStart();
}

/**
 * One VMA's block of lines, without its last newline. Null when its first line is no VMA, or when it ends at or before `start`: then its
 * lines are not looked at.
 */
export function parseSmapsRecord(record: string, start = 0n): SmapsEntry | null {
  if (!HEADER.test(record)) return null;
  const dash = record.indexOf('-');
  const space = record.indexOf(' ', dash);
  const end = BigInt(`0x${record.slice(dash + 1, space)}`);
  if (end <= start) return null;
  const firstLine = record.indexOf('\n', space);
  const headerEnd = firstLine < 0 ? record.length : firstLine;
  const flagsAt = find(record, '\nVmFlags:', headerEnd);
  const flags = flagsAt < 0 ? '' : record.slice(flagsAt + 9).trim();
  return {
    start: BigInt(`0x${record.slice(0, dash)}`),
    end,
    protection: record.slice(space + 1, space + 5),
    path: pathOf(record, space + 5, headerEnd),
    sizeBytes: field(record, '\nSize:', headerEnd),
    rssBytes: field(record, '\nRss:', headerEnd),
    swapBytes: field(record, '\nSwap:', headerEnd),
    lockedBytes: field(record, '\nLocked:', headerEnd),
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
      const headerEnd = text.indexOf('\n', from);
      const flags = headerEnd < 0 ? -1 : find(text, '\nVmFlags:', headerEnd);
      const close = flags < 0 ? -1 : text.indexOf('\n', flags + 1);
      if (close < 0) break;
      const entry = parseSmapsRecord(text.slice(from, close), start);
      from = close + 1;
      if (!entry) continue;
      if (entry.start >= end) return visited;
      visited++;
      if (visit(entry) === false) return visited;
    }
    text = text.slice(from);
  }
}
