/** Files that are only memory: memfd_create(2), memfd_secret(2). */
import { checkInt, checkLength } from '../libc/arguments.ts';
import { counted, type Result, zero } from '../libc/errno.ts';
import { bind } from '../libc/libc.ts';
import { SYS, syscall } from '../libc/syscall.ts';

/** Flags of memfd_create(2). */
export const MFD = {
  CLOEXEC: 1,
  ALLOW_SEALING: 2,
  HUGETLB: 4,
  /** Linux 6.3. */
  NOEXEC_SEAL: 8,
  EXEC: 16,
} as const;

/** The one flag of memfd_secret(2): its number is that of open(2) (x86-64, arm64, riscv64). */
export const O_CLOEXEC = 0o2000000;

const libcMemfdCreate = bind<(name: string, flags: number) => number>('int memfd_create(const char *, unsigned int)');

/**
 * A descriptor of an empty file in memory, to be sized with ftruncate(2) and closed. `name` shows in /proc/PID/maps.
 * Errors: EINVAL (name over 249 bytes, unknown flag), EMFILE, ENFILE, ENOMEM, EACCES (vm.memfd_noexec). memfd_create(2)
 */
export function memfdCreate(name: string, flags: number = MFD.CLOEXEC): Result<number> {
  if (typeof name !== 'string') throw new TypeError(`name must be a string, not ${typeof name}`);
  if (name.includes('\0')) throw new RangeError('name must hold no zero byte');
  return counted(libcMemfdCreate()(name, checkInt('flags', flags)));
}

/**
 * A descriptor of memory that only its owner's page table maps: taken out of the kernel's own, unreadable through
 * process_vm_readv(2) and /proc/PID/mem, absent from core files. Size it with ftruncate(2) once, map it SHARED; its
 * pages are never swapped, and count against RLIMIT_MEMLOCK (`secret-accounting.ts`).
 *
 * Errors: ENOSYS (before 5.14, or secretmem.enable=0, the default before 6.5), EINVAL, EMFILE, ENFILE, ENOMEM.
 * memfd_secret(2)
 */
export function memfdSecret(flags: number = O_CLOEXEC): Result<number> {
  return syscall(SYS.memfd_secret, checkInt('flags', flags));
}

const libcFtruncate = bind<(fd: number, length: number) => number>('int ftruncate(int, int64_t)');

/**
 * Sets a file's length in bytes; what it grows by reads as zeros and takes no memory yet. Errors: EBADF, EFBIG, EINVAL
 * (memfd_secret that has its length already, not writable), ENOMEM, ENOSPC, EPERM (sealed). ftruncate(2)
 */
export function ftruncate(fd: number, length: number): Result {
  return zero(libcFtruncate()(checkInt('fd', fd), checkLength('length', length)));
}
