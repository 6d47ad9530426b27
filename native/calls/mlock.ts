/** mlock(2) and its family: keep pages in memory. Addresses are `bigint`, lengths bytes as `number`. */
import { checkAddress, checkInt, checkLength } from '../libc/arguments.ts';
import { type Result, settled, zero } from '../libc/errno.ts';
import { bind, bindAsync, type Pointer, pointer } from '../libc/libc.ts';

/** Flags of mlock2(2). */
export const MLOCK = {
  /** Linux 4.4. Lock each page when it is first touched, not now. */
  ONFAULT: 1,
} as const;

/** Flags of mlockall(2); the numbers of asm-generic (x86-64, arm64, riscv64). */
export const MCL = {
  /** What is mapped now. */
  CURRENT: 1,
  /** What will be mapped: each new mapping is locked at birth, or refused with EAGAIN over the limit. */
  FUTURE: 2,
  /** Linux 4.4. With CURRENT or FUTURE: lock each page when it is first touched. Alone: EINVAL. */
  ONFAULT: 4,
} as const;

type RangeCall = (address: Pointer, length: number) => number;

const libcMlock = bind<RangeCall>('int mlock(void *, size_t)');
const libcMunlock = bind<RangeCall>('int munlock(void *, size_t)');
const libcMlock2 = bind<(address: Pointer, length: number, flags: number) => number>('int mlock2(void *, size_t, int)');
const libcMlockall = bind<(flags: number) => number>('int mlockall(int)');
const libcMunlockall = bind<() => number>('int munlockall(void)');

/**
 * Locks every page that the range touches, after faulting it in. Locks do not nest.
 * Errors: ENOMEM (limit, hole, or too many mappings), EPERM (limit 0 and no CAP_IPC_LOCK), EAGAIN, EINVAL. mlock(2)
 */
export function mlock(address: bigint, length: number): Result {
  return zero(libcMlock()(pointer(checkAddress('address', address)), checkLength('length', length)));
}

/** Unlocks every page that the range touches, however often it was locked. Errors: ENOMEM (hole), EINVAL. munlock(2) */
export function munlock(address: bigint, length: number): Result {
  return zero(libcMunlock()(pointer(checkAddress('address', address)), checkLength('length', length)));
}

/**
 * `mlock` with `flags`: with `MLOCK.ONFAULT` nothing is faulted in, and VmLck counts the whole range at once all the
 * same. Errors: those of mlock, and EINVAL for an unknown flag. Linux 4.4, glibc 2.27. mlock2(2)
 */
export function mlock2(address: bigint, length: number, flags: number): Result {
  const start = pointer(checkAddress('address', address));
  return zero(libcMlock2()(start, checkLength('length', length), checkInt('flags', flags)));
}

/**
 * Locks all memory of the process, now, from now on, or both (`MCL`). CURRENT without ONFAULT faults everything in: in
 * a Node process over 1 GiB of VmLck and 140 ms. After it V8 aborts at the next page that it gives back, because
 * MADV_DONTNEED refuses locked memory: only for a separate process, which looks and calls `munlockall` at once. Never
 * in a host.
 *
 * Errors: ENOMEM (limit), EPERM (limit 0 and no CAP_IPC_LOCK), EAGAIN, EINVAL (flags 0, unknown, ONFAULT alone).
 * mlockall(2)
 */
export function mlockall(flags: number): Result {
  return zero(libcMlockall()(checkInt('flags', flags)));
}

/** Unlocks everything, and takes FUTURE back. No errors. munlockall(2) */
export function munlockall(): Result {
  return zero(libcMunlockall()());
}

const asyncMlock = bindAsync('int mlock(void *, size_t)');

/** `mlock` on koffi's pool: it faults every page in. */
export async function mlockAsync(address: bigint, length: number): Promise<Result> {
  return settled(await asyncMlock(pointer(checkAddress('address', address)), checkLength('length', length)));
}
