/** syscall(2), for calls that the C library has no function for, or one that need not ask the kernel. */
import { checkInt } from './arguments.ts';
import { failed, type Result } from './errno.ts';
import { bind, type Pointer } from './libc.ts';

/** Numbers of calls. Those since Linux 5.0 are the same on every architecture; arm64 and riscv64 share the others. */
export const SYS = {
  getrandom: process.arch === 'x64' ? 318 : 278,
  pidfd_open: 434,
  process_madvise: 440,
  memfd_secret: 447,
  cachestat: 451,
} as const;

type Argument = Exclude<Pointer, null>;

// Numbers go as 64-bit words, buffers in place; unused words are ignored by the kernel.
const withNumbers = bind<(call: number, ...words: readonly (number | bigint)[]) => number>(
  'long syscall(long, long, long, long, long, long, long)',
);
const withBuffer = bind<(call: number, first: number, ...pointers: readonly (Argument | null)[]) => number>(
  'long syscall(long, long, void *, void *, void *, void *, void *)',
);

/** A call whose arguments are numbers. Errors: the call's own, and ENOSYS when this kernel lacks it. */
export function syscall(call: number, ...words: readonly (number | bigint)[]): Result<number> {
  checkInt('call', call);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = words;
  const returned = withNumbers()(call, a, b, c, d, e, f);
  return returned === -1 ? failed() : { returned, errno: null };
}

/**
 * A call whose first argument is a number (mostly a descriptor) and whose next may be buffers. Errors: as `syscall`.
 */
export function syscallWithBuffers(call: number, first: number, ...rest: readonly Argument[]): Result<number> {
  checkInt('call', call);
  const [b = null, c = null, d = null, e = null, f = null] = rest;
  const returned = withBuffer()(call, first, b, c, d, e, f);
  return returned === -1 ? failed() : { returned, errno: null };
}
