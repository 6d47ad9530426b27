/** mmap(2) and its family: map, move, protect, advise, look. Addresses are `bigint`, lengths bytes as `number`. */
import { checkAddress, checkBuffer, checkInt, checkLength } from '../libc/arguments.ts';
import { failed, type Result, settled, zero } from '../libc/errno.ts';
import { bind, bindAsync, type Pointer, pointer } from '../libc/libc.ts';
import { pageSize } from '../libc/sysconf.ts';

export { MADV } from './advice.ts';

/** Protection of mmap(2) and mprotect(2). */
export const PROT = { NONE: 0, READ: 1, WRITE: 2, EXEC: 4 } as const;

/** Flags of mmap(2); the numbers of asm-generic, which x86-64, arm64 and riscv64 share. */
export const MAP = {
  SHARED: 0x1,
  PRIVATE: 0x2,
  /** Linux 4.15. SHARED that refuses flags it does not know. */
  SHARED_VALIDATE: 0x3,
  /** Replaces what is mapped there without asking. */
  FIXED: 0x10,
  ANONYMOUS: 0x20,
  GROWSDOWN: 0x100,
  /** Locked as by mlock; a failure to populate is not reported. */
  LOCKED: 0x2000,
  NORESERVE: 0x4000,
  /** Fault all pages in now; a failure to populate is not reported. */
  POPULATE: 0x8000,
  NONBLOCK: 0x10000,
  STACK: 0x20000,
  HUGETLB: 0x40000,
  /** Linux 4.17. FIXED that answers EEXIST instead of replacing. */
  FIXED_NOREPLACE: 0x100000,
} as const;

/** Flags of mremap(2). */
export const MREMAP = {
  MAYMOVE: 1,
  /** With MAYMOVE: to the address given, replacing what is there. */
  FIXED: 2,
  /** Linux 5.7. With MAYMOVE: leave the old range mapped and empty. */
  DONTUNMAP: 4,
} as const;

/** Flags of msync(2). */
export const MS = { ASYNC: 1, INVALIDATE: 2, SYNC: 4 } as const;

/** `MAP_FAILED`, that is (void *) −1, as koffi hands it over. */
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

/** A call that answers with an address. */
function mapped(returned: number | bigint): Result<bigint> {
  return returned === MAP_FAILED ? failed() : { returned: BigInt(returned), errno: null };
}

type RangeCall = (address: Pointer, length: number) => number;
type RangeAndInt = (address: Pointer, length: number, third: number) => number;

const libcMmap = bind<
  (address: Pointer, length: number, protection: number, flags: number, fd: number, offset: number) => number | bigint
>('void *mmap(void *, size_t, int, int, int, int64_t)');
const libcMunmap = bind<RangeCall>('int munmap(void *, size_t)');
const libcMremap = bind<
  (address: Pointer, oldLength: number, newLength: number, flags: number, newAddress: Pointer) => number | bigint
>('void *mremap(void *, size_t, size_t, int, void *)');
const libcMprotect = bind<RangeAndInt>('int mprotect(void *, size_t, int)');
const libcMadvise = bind<RangeAndInt>('int madvise(void *, size_t, int)');
const libcMincore = bind<(address: Pointer, length: number, vec: Uint8Array) => number>(
  'int mincore(void *, size_t, void *)',
);
const libcMsync = bind<RangeAndInt>('int msync(void *, size_t, int)');

/**
 * Maps `length` bytes. Returns the address. `address` is a hint (or the place, with FIXED), null to let the kernel
 * choose; `fd` is −1 for anonymous memory.
 *
 * Errors: EACCES, EAGAIN (LOCKED over the limit), EBADF, EEXIST, EINVAL, ENFILE, ENODEV, ENOMEM, EOVERFLOW, EPERM.
 * mmap(2)
 */
export function mmap(
  address: bigint | null,
  length: number,
  protection: number,
  flags: number,
  fd: number,
  offset: number,
): Result<bigint> {
  const hint = address === null ? null : pointer(checkAddress('address', address));
  checkLength('length', length);
  checkInt('protection', protection);
  checkInt('flags', flags);
  checkInt('fd', fd);
  checkLength('offset', offset);
  return mapped(libcMmap()(hint, length, protection, flags, fd, offset));
}

/**
 * Unmaps every page that the range touches; a range with nothing mapped isn’t an error. Errors: EINVAL, ENOMEM (map
 * count). munmap(2)
 */
export function munmap(address: bigint, length: number): Result {
  return zero(libcMunmap()(pointer(checkAddress('address', address)), checkLength('length', length)));
}

/**
 * Grows, shrinks or moves a mapping (`MREMAP`) with the pages in it, copying nothing. `newAddress` counts only with
 * FIXED. Growing locked memory locks and faults in what is added. Errors: EAGAIN (locked, over the limit), EFAULT,
 * EINVAL, ENOMEM (no room, or a hole). mremap(2)
 */
export function mremap(
  address: bigint,
  oldLength: number,
  newLength: number,
  flags: number,
  newAddress: bigint | null = null,
): Result<bigint> {
  const start = pointer(checkAddress('address', address));
  checkLength('oldLength', oldLength);
  checkLength('newLength', newLength);
  const wanted = newAddress === null ? null : pointer(checkAddress('newAddress', newAddress));
  return mapped(libcMremap()(start, oldLength, newLength, checkInt('flags', flags), wanted));
}

/** Changes the protection of whole pages. Errors: EACCES, EINVAL, ENOMEM. mprotect(2) */
export function mprotect(address: bigint, length: number, protection: number): Result {
  const start = pointer(checkAddress('address', address));
  return zero(libcMprotect()(start, checkLength('length', length), checkInt('protection', protection)));
}

/**
 * Advises on whole pages (`MADV`). Not atomic: on a mixed range, what lies before the page that is refused is done.
 * Errors: EACCES, EAGAIN, EBADF, EFAULT, EINVAL (also: locked memory, for the advice that drops pages), ENOMEM, EPERM.
 * madvise(2)
 */
export function madvise(address: bigint, length: number, advice: number): Result {
  const start = pointer(checkAddress('address', address));
  return zero(libcMadvise()(start, checkLength('length', length), checkInt('advice', advice)));
}

/**
 * Writes one byte per page into `vec`: bit 0 is set when the page is in core (RAM or swap cache). The other bits are
 * reserved, so mask with 1. Anonymous memory never touched: 0. A file that the caller may not write: all 1 (since 5.2).
 *
 * Errors: EAGAIN, EFAULT, EINVAL (unaligned), ENOMEM (not all mapped). mincore(2)
 * @throws RangeError when `vec` is shorter than the range has pages: the kernel would write past its end.
 */
export function mincore(address: bigint, length: number, vec: Uint8Array): Result {
  const start = pointer(checkAddress('address', address));
  checkBuffer('vec', vec, Math.ceil(checkLength('length', length) / pageSize()));
  return zero(libcMincore()(start, length, vec));
}

/**
 * Writes a file mapping back. `MS.ASYNC | MS.INVALIDATE` writes nothing on Linux and answers EBUSY when any of the
 * range is locked: the cheapest way (160 ns) to ask. Errors: EBUSY, EINVAL, ENOMEM (hole). msync(2)
 */
export function msync(address: bigint, length: number, flags: number): Result {
  const start = pointer(checkAddress('address', address));
  return zero(libcMsync()(start, checkLength('length', length), checkInt('flags', flags)));
}

const quickMmap = bind<
  (address: number, length: number, protection: number, flags: number, fd: number, offset: number) => number | bigint
>('uintptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)');
const quickMunmap = bind<(address: number, length: number) => number>('int munmap(uintptr_t, size_t)');

/**
 * mmap and munmap for loops, as `quickHeap` has malloc: an address is a number, `MAP_FAILED` the only bigint, and
 * nothing is checked. **A wrong address or length ends the process.** Where mmap fails, errno is `failed()`'s. mmap(2)
 */
export function quickMaps() {
  return { mmap: quickMmap(), munmap: quickMunmap() };
}

const asyncMadvise = bindAsync('int madvise(void *, size_t, int)');

/** `madvise` on koffi's pool: for advice that faults pages in (POPULATE, COLLAPSE) or out (PAGEOUT). */
export async function madviseAsync(address: bigint, length: number, advice: number): Promise<Result> {
  const start = pointer(checkAddress('address', address));
  return settled(await asyncMadvise(start, checkLength('length', length), checkInt('advice', advice)));
}
