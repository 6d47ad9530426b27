/** Reading another process's memory: process_vm_readv(2). Our own is touched in `touch.ts`. */
import { checkAddress, checkInt, checkLength } from './arguments.ts';
import { counted, type Result } from './errno.ts';
import { addressOf, bind } from './libc.ts';

const libcReadv = bind<
  (pid: number, local: BigUint64Array, locals: number, remote: BigUint64Array, remotes: number, flags: number) => number
>('intptr_t process_vm_readv(int, void *, unsigned long, void *, unsigned long, unsigned long)');

/**
 * Copies `length` bytes at `address` of a process into `into`; `returned` is how many, which is fewer where the rest can't be read. It
 * faults pages in there as an access of its own would.
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
  return counted(libcReadv()(pid, local, 1, remote, 1, 0));
}
