/**
 * The VMAs of one's own memory in a range, and which are locked, without smaps: PROCMAP_QUERY (ioctl on
 * /proc/self/maps, Linux
 * 6.11) walks them, msync(2) says of each whether it is locked. 10 VMAs take 0.02 ms; smaps 1.4 ms and more.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { MS, msync, PROT } from '../calls/mman.ts';
import { checkAddress } from '../libc/arguments.ts';
import { type ErrnoName, type Failed, failed } from '../libc/errno.ts';
import { bind } from '../libc/libc.ts';
import { fileFailure, procFolder, selfDescriptor } from './proc-file.ts';

/** `_IOWR('f', 17, struct procmap_query)`. */
const PROCMAP_QUERY = 0xc0686611;
const COVERING_OR_NEXT = 0x10;

/** One virtual memory area. `protection` as in `PROT`. */
export type Vma = {
  readonly start: bigint;
  readonly end: bigint;
  readonly protection: number;
  readonly shared: boolean;
  /** Private memory of no file. */
  readonly anonymous: boolean;
};

/** The mappings of a range by address, and where they were read. */
export type Vmas = {
  readonly returned: 0;
  readonly errno: null;
  readonly source: 'procmap-query' | 'maps';
  readonly vmas: readonly Vma[];
};

const ioctl = bind<(fd: number, request: number, argument: BigUint64Array) => number>(
  'int ioctl(int, unsigned long, void *)',
);

/** struct procmap_query, 104 bytes as 13 words. */
const query = new BigUint64Array(13);
const WORD = { size: 0, queryFlags: 1, address: 2, start: 3, end: 4, flags: 5, inode: 8 } as const;

function queried(fd: number, start: bigint, end: bigint): readonly Vma[] | Failed {
  const vmas: Vma[] = [];
  let from = start;
  while (from < end) {
    query.fill(0n);
    query[WORD.size] = 104n;
    query[WORD.queryFlags] = BigInt(COVERING_OR_NEXT);
    query[WORD.address] = from;
    if (ioctl()(fd, PROCMAP_QUERY, query) !== 0) {
      const failure = failed();
      if (failure.errno === 'ENOENT') break;
      return failure;
    }
    const vmaStart = query[WORD.start] ?? 0n;
    const vmaEnd = query[WORD.end] ?? 0n;
    if (vmaStart >= end) break;
    const flags = Number(query[WORD.flags] ?? 0n);
    const shared = (flags & 8) !== 0;
    const anonymous = !shared && query[WORD.inode] === 0n;
    vmas.push({ start: vmaStart, end: vmaEnd, protection: flags & 7, shared, anonymous });
    from = vmaEnd;
  }
  return vmas;
}

/** `7f00…-7f01… rw-p offset device inode path`, one line per VMA. proc_pid_maps(5) */
export function parseMapsLine(line: string): Vma | null {
  const match = /^([0-9a-f]+)-([0-9a-f]+) ([r-])([w-])([x-])([sp]) \S+ \S+ (\d+)/.exec(line);
  if (!match) return null;
  const [, start, end, read, write, execute, sharing, inode] = match;
  return {
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    protection: (read === 'r' ? PROT.READ : 0) | (write === 'w' ? PROT.WRITE : 0) | (execute === 'x' ? PROT.EXEC : 0),
    shared: sharing === 's',
    anonymous: sharing === 'p' && inode === '0',
  };
}

/**
 * The same from /proc/self/maps, read from its beginning until past `end`: the kernel sorts it by address. The way
 * before Linux 6.11. Errors: those of opening and reading it.
 */
export function readMaps(start: bigint, end: bigint): Vmas | Failed {
  const descriptor = selfDescriptor('maps');
  if (descriptor.errno !== null) return descriptor;
  const found = parsed(descriptor.returned, start, end);
  if ('errno' in found) return found;
  return { returned: 0, errno: null, source: 'maps', vmas: found };
}

function parsed(fd: number, start: bigint, end: bigint): readonly Vma[] | Failed {
  const vmas: Vma[] = [];
  const chunk = Buffer.allocUnsafe(64 * 1024);
  let rest = '';
  let position = 0;
  try {
    for (;;) {
      const read = readSync(fd, chunk, 0, chunk.length, position);
      if (read === 0) return vmas;
      position += read;
      const lines = (rest + chunk.toString('latin1', 0, read)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const vma = parseMapsLine(line);
        if (!vma || vma.end <= start) continue;
        if (vma.start >= end) return vmas;
        vmas.push(vma);
      }
    }
  } catch (error) {
    return fileFailure(error);
  }
}

/**
 * How many VMAs a process has, as vm.max_map_count counts them: the lines of its maps without `[vsyscall]`, which isn't
 * a VMA. Holds no more than a chunk, since a process near that limit can't get memory for more. Errors: those of
 * opening and reading it.
 */
export function mappingCount(
  pid: number | 'self' = 'self',
): { readonly returned: number; readonly errno: null } | Failed {
  if (pid === 'self') {
    const descriptor = selfDescriptor('maps');
    return descriptor.errno === null ? countLines(descriptor.returned) : descriptor;
  }
  let fd = -1;
  try {
    fd = openSync(`${procFolder(pid)}/maps`, 'r');
    return countLines(fd);
  } catch (error) {
    return fileFailure(error);
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

function countLines(fd: number): { readonly returned: number; readonly errno: null } | Failed {
  const chunk = Buffer.allocUnsafe(64 * 1024);
  let count = 0;
  let position = 0;
  try {
    for (;;) {
      const read = readSync(fd, chunk, 0, chunk.length, position);
      if (read === 0) return { returned: count, errno: null };
      position += read;
      for (let i = 0; i < read; i++) if (chunk[i] === NEWLINE) count++;
      if (chunk.subarray(0, read).includes('[vsyscall]')) count--;
    }
  } catch (error) {
    return fileFailure(error);
  }
}

const NEWLINE = 10;

let haveQuery: boolean | undefined;
/** What PROCMAP_QUERY answered where it does not work. */
let refusal: ErrnoName | undefined;

/** Why the VMAs are read from /proc/self/maps: ENOTTY of an old kernel, or what a filter answers. */
export const procmapQueryRefusal = (): ErrnoName | undefined => refusal;

/**
 * The VMAs that overlap `start` to `end`, in order, with their own bounds. PROCMAP_QUERY where it works (tried once),
 * else /proc/self/maps. Errors: those of opening and reading it.
 */
export function vmas(start: bigint, end: bigint): Vmas | Failed {
  checkAddress('start', start);
  checkAddress('end', end);
  const descriptor = selfDescriptor('maps');
  if (descriptor.errno !== null) return descriptor;
  if (haveQuery !== false) {
    const found = queried(descriptor.returned, start, end);
    if (!('errno' in found)) {
      haveQuery = true;
      return { returned: 0, errno: null, source: 'procmap-query', vmas: found };
    }
    haveQuery = false;
    refusal = found.errno;
  }
  return readMaps(start, end);
}

/**
 * Whether any of a mapped range is locked, by msync's EBUSY; writes nothing. Does not tell on-fault from locked (smaps
 * does). Errors: ENOMEM (hole), EINVAL (unaligned).
 */
export function isLocked(
  start: bigint,
  length: number,
): { readonly locked: boolean; readonly errno: ErrnoName | null } {
  const { errno } = msync(start, length, MS.ASYNC | MS.INVALIDATE);
  return errno === 'EBUSY' ? { locked: true, errno: null } : { locked: false, errno };
}
