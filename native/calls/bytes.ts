/**
 * A region's own bytes, by plain stores and loads of the C library: for what process_vm_writev(2) can't reach
 * (memfd_secret) and for wiping. **A range that is not mapped and accessible ends the process with SIGSEGV or SIGBUS**:
 * only for memory that the caller has just mapped, whole, and of memfd_secret only for pages that are in already.
 * `touch.ts` touches pages without that risk.
 */
import { checkAddress, checkBuffer, checkInt, checkLength } from '../libc/arguments.ts';
import type { Result } from '../libc/errno.ts';
import { bind, type Pointer, pointer } from '../libc/libc.ts';
import { SYS, syscall } from '../libc/syscall.ts';

const libcMemset = bind<(to: Pointer, byte: number, length: number) => number>('void memset(void *, int, size_t)');
const libcMemcpy = bind<(to: Pointer, from: Pointer, length: number) => number>('void memcpy(void *, void *, size_t)');
const libcExplicitBzero = bind<(to: Pointer, length: number) => number>('void explicit_bzero(void *, size_t)');

/** Stores `byte` in each byte of the range. memset(3) */
export function memset(address: bigint, byte: number, length: number): void {
  libcMemset()(pointer(checkAddress('address', address)), checkInt('byte', byte), checkLength('length', length));
}

/** Copies `length` bytes from memory into `into`. memcpy(3) @throws RangeError when `into` is too short. */
export function copyOut(address: bigint, length: number, into: Uint8Array): void {
  const from = pointer(checkAddress('address', address));
  libcMemcpy()(checkBuffer('into', into, checkLength('length', length)), from, length);
}

/** Zeroes the range, and no compiler may leave it out. glibc 2.25, musl 1.1.20. explicit_bzero(3) */
export function explicitBzero(address: bigint, length: number): void {
  libcExplicitBzero()(pointer(checkAddress('address', address)), checkLength('length', length));
}

/**
 * Random bytes, stored by the kernel itself: they are in that range and nowhere else in this process. `returned` is how
 * many, all of them up to 256. Unlike the others here it answers EFAULT where it may not store: the system call does,
 * while since glibc 2.41 and Linux 6.11 the C library's function makes and stores the bytes in this process (vdso(7)).
 * Errors: EFAULT, EINTR, ENOSYS. getrandom(2), Linux 3.17
 */
export function getrandom(address: bigint, length: number): Result<number> {
  return syscall(SYS.getrandom, checkAddress('address', address), checkLength('length', length), 0);
}
