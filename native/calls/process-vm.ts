/**
 * Reading another process's memory: process_vm_readv(2), and zeroing our own by process_vm_writev(2). Pages are touched
 * in `touch.ts`.
 */
import { checkAddress, checkInt, checkLength } from '../libc/arguments.ts';
import { counted, type Result } from '../libc/errno.ts';
import { addressOf, bind, type Pointer } from '../libc/libc.ts';

export type ProcessVm = (
  pid: number,
  local: Pointer,
  locals: number,
  remote: Pointer,
  remotes: number,
  flags: number,
) => number;

/** The binding itself; `touch.ts` offers it many pages at a time. */
export const libcProcessVmReadv = bind<ProcessVm>(
  'intptr_t process_vm_readv(int, void *, unsigned long, void *, unsigned long, unsigned long)',
);

/**
 * Copies `length` bytes at `address` of a process into `into`; `returned` is how many, which is fewer where the rest
 * can't be read. It faults pages in there as its own access would.
 *
 * Errors: EFAULT (nothing readable at `address`), EPERM (not yours), ESRCH, ENOSYS. process_vm_readv(2)
 * @throws RangeError when `into` is too short, or is 64 bytes or less and so may be moved by the collector.
 */
export function processVmReadv(pid: number, address: bigint, length: number, into: Uint8Array): Result<number> {
  checkInt('pid', pid);
  if (into.length < checkLength('length', length))
    throw new RangeError(`into must hold ${length} bytes, not ${into.length}`);
  const local = new BigUint64Array(16);
  local[0] = addressOf(into);
  local[1] = BigInt(length);
  const remote = new BigUint64Array(16);
  remote[0] = checkAddress('address', address);
  remote[1] = BigInt(length);
  return counted(libcProcessVmReadv()(pid, local, 1, remote, 1, 0));
}

/** The binding itself, likewise. */
export const libcProcessVmWritev = bind<ProcessVm>(
  'intptr_t process_vm_writev(int, void *, unsigned long, void *, unsigned long, unsigned long)',
);

/** Zeros that one local iovec offers, and how many of them a call may have (UIO_MAXIOV of readv(2)). */
const zeroBytes = 64 * 1024;
const maxZeroes = 1024;

/** The most that `zero` stores in one call. */
export const maxZeroedBytes = zeroBytes * maxZeroes;

let zeroes: { readonly source: Uint8Array; readonly locals: BigUint64Array } | undefined;

/**
 * Zeroes bytes of this process by process_vm_writev(2): where a plain store would be a signal it answers EFAULT.
 * `returned` is how many were zeroed, from the start of the range, which is fewer where the rest may not be written; at
 * most 64 MiB a call.
 *
 * Errors: EFAULT (nothing writable at `address`, or memfd_secret), ENOMEM, EPERM, ENOSYS. process_vm_writev(2)
 */
export function zero(address: bigint, length: number): Result<number> {
  checkAddress('address', address);
  const bytes = Math.min(checkLength('length', length), maxZeroedBytes);
  zeroes ??= { source: new Uint8Array(zeroBytes), locals: new BigUint64Array(2 * maxZeroes) };
  const { source, locals } = zeroes;
  const from = addressOf(source);
  const count = Math.max(1, Math.ceil(bytes / zeroBytes));
  for (let i = 0; i < count; i++) {
    locals[2 * i] = from;
    locals[2 * i + 1] = BigInt(Math.min(zeroBytes, bytes - i * zeroBytes));
  }
  const remote = new BigUint64Array(16);
  remote[0] = address;
  remote[1] = BigInt(bytes);
  return counted(libcProcessVmWritev()(process.pid, locals, count, remote, 1, 0));
}
