/**
 * One VMA's block of lines in /proc/PID/smaps (proc_pid_smaps(5)), parsed where the kernel put its bytes: with strings,
 * parsing took as long as the kernel takes to print. Nothing is kept of a block but what is handed out.
 */

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
  /** Each page divided by the number of processes that map it. */
  readonly pssBytes: number;
  /** Written since they were read from their file, or of no file. */
  readonly dirtyBytes: number;
  /** Of shared memory: what its file has in swap. */
  readonly swapBytes: number;
  /** Freed with MADV_FREE, not yet taken. Linux 4.12 */
  readonly lazyFreeBytes: number;
  /** Locked pages that are there, each divided by the number of processes that map it. */
  readonly lockedBytes: number;
  readonly flags: string;
  /** `lo`: locked, in whole or on fault. */
  readonly locked: boolean;
  /** `lf`: locked on fault (Linux 4.4); `??` before about 6.2, which see `lockedOnFault`. */
  readonly onFault: boolean;
  /** `dd`: not in core files. */
  readonly dontDump: boolean;
};

const NEWLINE = 10;
const SPACE = 32;
const DASH = 45;
const ZERO = 48;

/**
 * A line's name with the newline before it, and where it began in the last block, counted from the end of the header.
 */
type Line = { readonly name: Uint8Array; hint: number };

/** The kernel pads its numbers, so a line is nearly always where it was; only when it is not, it is searched. */
function line(name: string): Line {
  return { name: Buffer.from(`\n${name}:`, 'latin1'), hint: -1 };
}

const SIZE = line('Size');
const RSS = line('Rss');
const PSS = line('Pss');
const SHARED_DIRTY = line('Shared_Dirty');
const PRIVATE_DIRTY = line('Private_Dirty');
const SWAP = line('Swap');
const LAZY_FREE = line('LazyFree');
const LOCKED = line('Locked');
const FLAGS = line('VmFlags');

function startsAt(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
}

/** Where the line begins, from its newline on; −1 when it is not before `limit`. */
function find(bytes: Buffer, wanted: Line, headerEnd: number, limit: number): number {
  const { name, hint } = wanted;
  if (hint >= 0 && headerEnd + hint + name.length <= limit && startsAt(bytes, headerEnd + hint, name))
    return headerEnd + hint;
  const at = bytes.indexOf(name, headerEnd);
  if (at < 0 || at + name.length > limit) return -1;
  wanted.hint = at - headerEnd;
  return at;
}

/** `\nName:   123 kB` in bytes; 0 where this kernel has no such line. */
function field(bytes: Buffer, wanted: Line, headerEnd: number, limit: number): number {
  let at = find(bytes, wanted, headerEnd, limit);
  if (at < 0) return 0;
  at += wanted.name.length;
  while (bytes[at] === SPACE) at++;
  let value = 0;
  for (let digit = (bytes[at] ?? 0) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[at] ?? 0) - ZERO) {
    value = value * 10 + digit;
    at++;
  }
  return value * 1024;
}

function lineEnd(bytes: Buffer, from: number, limit: number): number {
  for (let at = from; at < limit; at++) if (bytes[at] === NEWLINE) return at;
  return -1;
}

/** The value of a lower-case hexadecimal digit, or −1. */
function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= 57) return byte - ZERO;
  return byte >= 97 && byte <= 102 ? byte - 87 : -1;
}

/** What a set of flags says. A process has few different ones, so each is read once. */
type Flags = Pick<SmapsEntry, 'flags' | 'locked' | 'onFault' | 'dontDump'>;
const known = new Map<number, Flags>();

function flagsOf(bytes: Buffer, from: number, to: number): Flags {
  let hash = 0;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  const before = known.get(hash);
  if (before && isText(bytes, from, to, before.flags)) return before;
  const flags = bytes.toString('latin1', from, to);
  const words = flags.split(' ');
  const said = { flags, locked: words.includes('lo'), onFault: lockedOnFault(words), dontDump: words.includes('dd') };
  known.set(hash, said);
  return said;
}

/** The names of the bits beside VM_LOCKONFAULT (19): 13 to 18, and 20 to 31. show_smap_vma_flags, fs/proc/task_mmu.c */
const below = new Set(['lo', 'io', 'sr', 'rr', 'dc', 'de']);
const above = new Set(['ac', 'nr', 'ht', 'sf', 'ar', 'wf', 'dd', 'sd', 'mm', 'hg', 'nh', 'mg']);

/**
 * Whether the flags say locked on fault: `lf`, which had no name before about Linux 6.2 and was printed as `??`. Flags
 * come in the order of their bits, and of bits 13 to 31 only this one ever lacked a name: a `??` among them is it.
 */
function lockedOnFault(words: readonly string[]): boolean {
  if (words.includes('lf')) return true;
  return words.some((word, at) => word === '??' && below.has(words[at - 1] ?? '') && above.has(words[at + 1] ?? ''));
}

function isText(bytes: Buffer, from: number, to: number, text: string): boolean {
  if (text.length !== to - from) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

/** Where the block that was parsed last ended: a number apart, so that no second object is made for each block. */
let recordEnd = 0;

/** Where the block that was just parsed ended: past its last newline. */
export function endOfRecord(): number {
  return recordEnd;
}

/**
 * Parses the block that begins at `from`, when it is whole before `limit`. Answers undefined when it isn't, and null
 * when it ends at or before the address `start` (as number, exact below 2^53) or its first line isn't a VMA: its lines
 * are then not looked at.
 */
export function parseRecord(bytes: Buffer, from: number, limit: number, start: number): SmapsEntry | null | undefined {
  const headerEnd = lineEnd(bytes, from, limit);
  if (headerEnd < 0) return undefined;
  const flagsAt = find(bytes, FLAGS, headerEnd, limit);
  const close = flagsAt < 0 ? -1 : lineEnd(bytes, flagsAt + FLAGS.name.length, limit);
  if (close < 0) return undefined;
  recordEnd = close + 1;
  let at = from;
  let low = 0;
  let high = 0;
  for (let digit = hexDigit(bytes[at] ?? 0); digit >= 0; digit = hexDigit(bytes[++at] ?? 0)) low = low * 16 + digit;
  const dash = at;
  if (bytes[at] !== DASH) return null;
  at++;
  for (let digit = hexDigit(bytes[at] ?? 0); digit >= 0; digit = hexDigit(bytes[++at] ?? 0)) high = high * 16 + digit;
  if (bytes[at] !== SPACE || high <= start) return null;
  const exact = high <= Number.MAX_SAFE_INTEGER;
  let flagsFrom = flagsAt + FLAGS.name.length;
  let flagsTo = close;
  while (bytes[flagsFrom] === SPACE) flagsFrom++;
  while (flagsTo > flagsFrom && bytes[flagsTo - 1] === SPACE) flagsTo--;
  const { flags, locked, onFault, dontDump } = flagsOf(bytes, flagsFrom, flagsTo);
  return {
    start: exact ? BigInt(low) : BigInt(`0x${bytes.toString('latin1', from, dash)}`),
    end: exact ? BigInt(high) : BigInt(`0x${bytes.toString('latin1', dash + 1, at)}`),
    protection: protectionOf(bytes, at + 1),
    path: pathOf(bytes, at + 5, headerEnd),
    sizeBytes: field(bytes, SIZE, headerEnd, close),
    rssBytes: field(bytes, RSS, headerEnd, close),
    pssBytes: field(bytes, PSS, headerEnd, close),
    dirtyBytes: field(bytes, SHARED_DIRTY, headerEnd, close) + field(bytes, PRIVATE_DIRTY, headerEnd, close),
    swapBytes: field(bytes, SWAP, headerEnd, close),
    lazyFreeBytes: field(bytes, LAZY_FREE, headerEnd, close),
    lockedBytes: field(bytes, LOCKED, headerEnd, close),
    flags,
    locked,
    onFault,
    dontDump,
  };
}

const protections = new Map<number, string>();

function protectionOf(bytes: Buffer, at: number): string {
  const key = bytes.readUInt32LE(at);
  const before = protections.get(key);
  if (before !== undefined) return before;
  const text = bytes.toString('latin1', at, at + 4);
  protections.set(key, text);
  return text;
}

/** The path after offset, device and inode; paths may hold spaces. */
function pathOf(bytes: Buffer, afterProtection: number, headerEnd: number): string {
  let at = afterProtection;
  for (let word = 0; word < 3; word++) {
    at++;
    while (at < headerEnd && bytes[at] !== SPACE) at++;
  }
  while (at < headerEnd && bytes[at] === SPACE) at++;
  return at < headerEnd ? bytes.toString('utf8', at, headerEnd) : '';
}
