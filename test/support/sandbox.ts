/**
 * A sandbox, or an older kernel, for the thread that asks for it: a seccomp(2) filter that answers chosen system calls
 * with an errno. It can't be taken back, so ask for it in a process of its own (`nativeScript`). x86-64 and arm64.
 */

import { prctl } from '../../native/calls/prctl.ts';
import { addressOf } from '../../native/libc/libc.ts';
import { syscallWithBuffers } from '../../native/libc/syscall.ts';

const onArm = process.arch === 'arm64';

/** Numbers of the calls that tests refuse. */
const CALLS = {
  clone: onArm ? 220 : 56,
  ioctl: onArm ? 29 : 16,
  madvise: onArm ? 233 : 28,
  mlock: onArm ? 228 : 149,
  mlock2: onArm ? 284 : 325,
  mmap: onArm ? 222 : 9,
  cachestat: 451,
  memfd_secret: 447,
  process_madvise: 440,
} as const;

const SECCOMP = onArm ? 277 : 317;
const SET_MODE_FILTER = 1;
const PR_SET_NO_NEW_PRIVS = 38;
const RET_ERRNO = 0x50000;
const RET_ALLOW = 0x7fff0000;

/** What is refused: a call, or only those whose argument `argument` is `value` (its lower 32 bits). */
export type Refusal = {
  readonly call: keyof typeof CALLS;
  readonly argument?: number;
  readonly value?: number;
  readonly errno: number;
};

/** struct sock_filter: the operation, how far to jump when it is true and when it is false, its operand. */
const instruction = (code: number, ifTrue: number, ifFalse: number, operand: number): [number, number] => [
  (code | (ifTrue << 16) | (ifFalse << 24)) >>> 0,
  operand,
];
const load = (offset: number) => instruction(0x20, 0, 0, offset);
const unlessEqual = (value: number, skip: number) => instruction(0x15, 0, skip, value);
const answer = (value: number) => instruction(0x06, 0, 0, value);

/** From now on this thread is refused these calls. @throws when the kernel takes no filter. */
export function refuse(...refusals: readonly Refusal[]): void {
  const program = refusals.flatMap(({ call, argument, value = 0, errno }) =>
    argument === undefined
      ? [load(0), unlessEqual(CALLS[call], 1), answer(RET_ERRNO | errno)]
      : [
          ...[load(0), unlessEqual(CALLS[call], 3)],
          ...[load(16 + 8 * argument), unlessEqual(value, 1), answer(RET_ERRNO | errno)],
        ],
  );
  const instructions = [...program, answer(RET_ALLOW)];
  // Larger than they must be, so that V8 leaves them where they are.
  const words = new Uint32Array(Math.max(32, instructions.length * 2));
  words.set(instructions.flat());
  const header = new BigUint64Array(16);
  header[0] = BigInt(instructions.length);
  header[1] = addressOf(words);
  prctl(PR_SET_NO_NEW_PRIVS, 1);
  const set = syscallWithBuffers(SECCOMP, SET_MODE_FILTER, 0, header);
  if (set.errno !== null) throw new Error(`seccomp answered ${set.errno}`);
}
