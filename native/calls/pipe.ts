/** pipe(2), and write(2) of memory by its address: how bytes get out of memory that no other call may read. */
import { closeSync, readSync } from 'node:fs';
import { checkAddress, checkBuffer, checkInt, checkLength } from '../libc/arguments.ts';
import { counted, type Failed, failed, type Result } from '../libc/errno.ts';
import { bind, type Pointer, pointer } from '../libc/libc.ts';
import { O_CLOEXEC } from './memfd.ts';

const libcPipe2 = bind<(fds: Uint32Array, flags: number) => number>('int pipe2(void *, int)');
const libcWrite = bind<(fd: number, from: Pointer, length: number) => number>('intptr_t write(int, void *, size_t)');

/** What a pipe holds before Linux makes it larger, on every machine: more would wait for a reader. pipe(7) */
const PIPE_BYTES = 4096;

/** Both ends of a pipe, closed when it is disposed of. */
export type Pipe = Disposable & {
  readonly returned: 0;
  readonly errno: null;
  readonly readFd: number;
  readonly writeFd: number;
};

/** A pipe, closed on exec. Errors: EMFILE, ENFILE. pipe2(2) */
export function openPipe(): Pipe | Failed {
  const fds = new Uint32Array(32);
  if (libcPipe2()(fds, O_CLOEXEC) !== 0) return failed();
  const [readFd = -1, writeFd = -1] = fds;
  return {
    returned: 0,
    errno: null,
    readFd,
    writeFd,
    [Symbol.dispose]: () => {
      closeSync(readFd);
      closeSync(writeFd);
    },
  };
}

/**
 * Writes memory to a descriptor: the kernel copies from the page table of the calling process, so it reads also
 * memfd_secret(2), which process_vm_readv(2) cannot. Errors: EFAULT (nothing readable there), EBADF, EPIPE, ENOSPC.
 * write(2)
 */
export function writeMemory(fd: number, address: bigint, length: number): Result<number> {
  const from = pointer(checkAddress('address', address));
  return counted(libcWrite()(checkInt('fd', fd), from, checkLength('length', length)));
}

/**
 * Reads `length` bytes of memory through a pipe into `into`, at most 4096, without a copy of them anywhere else in this
 * process. `returned` is what write(2) answered. Errors: those of `openPipe` and `writeMemory`.
 */
export function readThroughPipe(address: bigint, length: number, into: Uint8Array): Result<number> {
  if (checkLength('length', length) > PIPE_BYTES) throw new RangeError(`length must be at most ${PIPE_BYTES}`);
  checkBuffer('into', into, length);
  const pipe = openPipe();
  if (pipe.errno !== null) return pipe;
  using ends = pipe;
  const written = writeMemory(ends.writeFd, address, length);
  if (written.errno === null) readSync(ends.readFd, into, 0, written.returned, null);
  return written;
}
