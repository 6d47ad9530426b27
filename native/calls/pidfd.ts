/** Another process through a descriptor: pidfd_open(2), process_madvise(2). */
import { checkAddress, checkInt, checkLength } from '../libc/arguments.ts';
import type { Result } from '../libc/errno.ts';
import { addressOf } from '../libc/libc.ts';
import { SYS, syscall } from '../libc/syscall.ts';

/**
 * A descriptor that stands for a process, to be closed. Errors: ESRCH, EINVAL, EMFILE, ENFILE, ENOSYS (before 5.3).
 * pidfd_open(2)
 */
export function pidfdOpen(pid: number, flags = 0): Result<number> {
  return syscall(SYS.pidfd_open, checkInt('pid', pid), checkInt('flags', flags));
}

/** struct iovec, in a buffer that V8 leaves where it is. */
const iovec = new BigUint64Array(16);

/**
 * `madvise` of a range in the process of `pidfd`; `returned` is the number of bytes advised. WILLNEED, COLD, PAGEOUT
 * and COLLAPSE for anyone's memory; since 6.13 of one's own process any advice.
 *
 * Errors: EPERM (no CAP_SYS_NICE, or another user's process), EINVAL, ESRCH, EBADF, EFAULT, ENOMEM, ENOSYS (before
 * 5.10). process_madvise(2)
 */
export function processMadvise(pidfd: number, address: bigint, length: number, advice: number): Result<number> {
  checkInt('pidfd', pidfd);
  iovec[0] = checkAddress('address', address);
  iovec[1] = BigInt(checkLength('length', length));
  return syscall(SYS.process_madvise, pidfd, addressOf(iovec), 1, checkInt('advice', advice), 0);
}
