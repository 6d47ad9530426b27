/**
 * Why a lock was refused, found by measuring. `mlock` has one ENOMEM for three causes that have nothing in common: the
 * limit, a hole in the range, too many mappings. Ask right after the call, in the process that made it: the numbers are
 * those of now.
 *
 * The order is the kernel's (mm/mlock.c, mm/mmap.c of 6.18): permission first, then the limit, then the range from its
 * start.
 */

import { mincore, PROT } from '../calls/mman.ts';
import { getrlimit, type Limit, RLIMIT } from '../calls/resource.ts';
import { checkAddress, checkLength } from '../libc/arguments.ts';
import type { ErrnoName } from '../libc/errno.ts';
import { pageSize } from '../libc/sysconf.ts';
import { meminfo } from '../proc/proc-meminfo.ts';
import { status } from '../proc/proc-status.ts';
import { holesIn, type Stretch, wholePages, within } from '../proc/stretch.ts';
import { userNamespace } from '../proc/user-namespace.ts';
import { maxMapCount } from '../proc/vm-settings.ts';
import { isLocked, mappingCount, type Vma, vmas } from '../proc/vma.ts';

/** The call that was refused, as it was made. */
export type RefusedLock =
  | { readonly call: 'mlock' | 'mlock2'; readonly address: bigint; readonly length: number; readonly errno: ErrnoName }
  | { readonly call: 'mlockall'; readonly errno: ErrnoName }
  /** `length`: the bytes to map, or for mremap those to add. */
  | { readonly call: 'mmap' | 'mremap'; readonly length: number; readonly errno: ErrnoName };

/** What was read of the process and the range, after the refusal. Sizes in bytes. */
export type LockMeasurements = {
  /** VmLck of the process, whole on-fault ranges included. */
  readonly vmLckBytes: number;
  /** VmSize, which is what mlockall weighs. */
  readonly vmSizeBytes: number;
  /** For mlockall: what of VmSize allows no access (PROT_NONE), address space that is only reserved; else 0. */
  readonly reservedBytes: number;
  /** All memory of the machine; 0 when that cannot be read. */
  readonly memTotalBytes: number;
  /** What the call would add to VmLck: whole pages, without those of the range that are locked already. */
  readonly addedBytes: number;
  readonly limit: Limit;
  /** CAP_IPC_LOCK counts here: held, and in the first user namespace. */
  readonly privileged: boolean;
  /** Holds CAP_IPC_LOCK only inside a user namespace, where the kernel does not ask for it. */
  readonly onlyInNamespace: boolean;
  /** What of the range nothing is mapped at. */
  readonly holes: readonly Stretch[];
  /** The first page of the range that is mapped and did not come in, else null. */
  readonly inaccessible: bigint | null;
  readonly mappings: number;
  readonly maxMappings: number;
  /** A seccomp(2) filter is in force. */
  readonly filter: boolean;
};

/**
 * What made the kernel refuse. `filter`: not the kernel but a seccomp filter, since nothing makes the kernel itself
 * answer this. `unknown`: none of the measurements explains it.
 */
export type LockCause =
  | 'limit'
  | 'no-permission'
  | 'filter'
  | 'hole'
  | 'inaccessible'
  | 'too-many-mappings'
  | 'arguments'
  | 'unknown';

/** The cause, and the numbers that it follows from. */
export type LockDiagnosis = {
  readonly cause: LockCause;
  readonly measured: LockMeasurements;
};

/**
 * Tells why, or null when /proc/self can't be read, so that nothing can be measured. @throws for impossible arguments.
 */
export function diagnoseLock(refused: RefusedLock): LockDiagnosis | null {
  const measured = measure(refused);
  if (!measured) return null;
  return { cause: causeOf(refused, measured), measured };
}

function measure(refused: RefusedLock): LockMeasurements | null {
  const range = rangeOf(refused);
  const self = status();
  const limits = getrlimit(RLIMIT.MEMLOCK);
  const count = mappingCount();
  const found = range ? vmas(range.start, range.end) : null;
  if (self.errno !== null || limits.errno !== null || count.errno !== null) return null;
  if (found && found.errno !== null) return null;
  const inside = found?.vmas ?? [];
  const most = maxMapCount();
  const memory = meminfo();
  const holds = self.effective.includes('CAP_IPC_LOCK');
  const first = userNamespace().initial !== false;
  return {
    vmLckBytes: self.vmLckBytes,
    vmSizeBytes: self.vmSizeBytes,
    reservedBytes: refused.call === 'mlockall' ? reservedBytes() : 0,
    memTotalBytes: memory.errno === null ? memory.memTotalBytes : 0,
    addedBytes: addedBytes(refused, range, inside),
    limit: limits.soft,
    privileged: holds && first,
    onlyInNamespace: holds && !first,
    holes: range ? holesIn(range, inside) : [],
    inaccessible: range ? inaccessibleIn(range, inside) : null,
    mappings: count.returned,
    maxMappings: most.errno === null ? most.returned : Number.POSITIVE_INFINITY,
    filter: self.seccomp === 2,
  };
}

/** The range in whole pages, as the kernel rounds it; null for calls without one. */
function rangeOf(refused: RefusedLock): Stretch | null {
  if (refused.call !== 'mlock' && refused.call !== 'mlock2') return null;
  checkLength('length', refused.length);
  return wholePages(checkAddress('address', refused.address), refused.length);
}

/** The end of what a process can map: 57 bits of address, less the kernel's half. */
const endOfAddresses = 1n << 56n;

function reservedBytes(): number {
  const all = vmas(0n, endOfAddresses);
  if (all.errno !== null) return 0;
  const reserved = all.vmas.filter(({ protection }) => protection === PROT.NONE);
  return Number(reserved.reduce((sum, { start, end }) => sum + end - start, 0n));
}

function addedBytes(refused: RefusedLock, range: Stretch | null, inside: readonly Vma[]): number {
  if (refused.call === 'mlockall') return 0;
  if (!range) return Math.ceil(checkLength('length', refused.length) / pageSize()) * pageSize();
  let added = range.end - range.start;
  for (const vma of inside) {
    const part = within(vma, range);
    if (isLocked(part.start, Number(part.end - part.start)).locked) added -= part.end - part.start;
  }
  return Number(added);
}

/**
 * Where bringing the pages in stopped: the first page that is not in core, of memory that the call has marked as
 * locked, as it does before it brings pages in. It looks at no more than the first 4 GiB of the range.
 */
function inaccessibleIn(range: Stretch, inside: readonly Vma[]): bigint | null {
  const size = pageSize();
  let left = 2 ** 20;
  for (const vma of inside) {
    const { start, end } = within(vma, range);
    if (!isLocked(start, Number(end - start)).locked) return null;
    if (vma.protection === PROT.NONE) return start;
    const pages = Math.min(left, Number(end - start) / size);
    const vec = new Uint8Array(pages);
    if (mincore(start, pages * size, vec).errno !== null) return null;
    const absent = vec.findIndex((byte) => (byte & 1) === 0);
    if (absent >= 0) return start + BigInt(absent * size);
    left -= pages;
    if (left === 0) return null;
  }
  return null;
}

function causeOf(refused: RefusedLock, measured: LockMeasurements): LockCause {
  const { errno, call } = refused;
  const mapping = call === 'mmap' || call === 'mremap';
  if (errno === 'EPERM' && measured.limit === 0n && !measured.privileged) return 'no-permission';
  // Of the lock calls the kernel answers EPERM for that alone (can_do_mlock), and these two never.
  if (errno === 'EPERM' || errno === 'EACCES' || errno === 'ENOSYS')
    return measured.filter && !mapping ? 'filter' : 'unknown';
  // mlock takes every range that does not overflow, which none here does.
  if (errno === 'EINVAL') return call === 'mlock' ? 'unknown' : 'arguments';
  if (errno === (mapping ? 'EAGAIN' : 'ENOMEM') && overLimit(call, measured)) return 'limit';
  if (errno !== 'ENOMEM' || call === 'mlockall') return 'unknown';
  if (measured.holes.length > 0) return 'hole';
  // Locking part of a mapping splits it, by up to two.
  if (measured.mappings + 2 > measured.maxMappings) return 'too-many-mappings';
  return measured.inaccessible === null ? 'unknown' : 'inaccessible';
}

/** The kernel compares whole pages, and mlockall with MCL_CURRENT the whole address space. */
function overLimit(call: RefusedLock['call'], measured: LockMeasurements): boolean {
  if (measured.limit === 'unlimited' || measured.privileged) return false;
  const wanted = call === 'mlockall' ? measured.vmSizeBytes : measured.vmLckBytes + measured.addedBytes;
  const size = BigInt(pageSize());
  return BigInt(wanted) > measured.limit - (measured.limit % size);
}
