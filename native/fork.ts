/**
 * A child that shares this process's memory copy-on-write and does nothing: fork(2) for looking at what a fork does.
 *
 * fork(2) itself would return twice into JavaScript, the second time in a process without V8's other threads, where the first collection
 * may wait for one of them for ever. clone(2) with a function doesn't: the child runs `sleep` of the C library on a stack of its own, one
 * system call that takes no lock and allocates nothing, and ends when it returns. It never comes back to V8, whatever V8 was doing. Without
 * CLONE_VM the kernel copies the address space as for fork(2): no locks, the `VM_DONTFORK` ranges left out, `WIPEONFORK` ranges empty.
 * 1000 of them in a row, in a process with all of Node's threads: none failed, none was left (test/native/fork.test.ts runs 200).
 *
 * The child has a copy of every descriptor, so a pipe of this process's stays open until the child is released.
 *
 * What the child has is seen from outside: /proc/PID/status, smaps, pagemap, process_vm_readv(2).
 */
import { checkInt } from './arguments.ts';
import { type Failed, failed } from './errno.ts';
import { bind, functionAddress, type Pointer, pointer } from './libc.ts';
import { MAP, mmap, munmap, PROT } from './mman.ts';

const libcClone = bind<(run: Pointer, stack: Pointer, flags: number, argument: number) => number>(
  'int clone(void *, void *, int, intptr_t)',
);
const libcKill = bind<(pid: number, signal: number) => number>('int kill(int, int)');
const libcWaitpid = bind<(pid: number, status: Uint32Array, options: number) => number>(
  'int waitpid(int, void *, int)',
);

const libcPtrace = bind<(request: number, pid: number, address: number, options: number) => number>(
  'long ptrace(int, int, intptr_t, intptr_t)',
);

/** ptrace(2), Linux 3.4 and 3.8: attach without stopping; the kernel ends the child when its tracer ends, however that comes. */
const PTRACE_SEIZE = 0x4206;
const PTRACE_O_EXITKILL = 0x0010_0000;

const SIGKILL = 9;
/** wait(2): children whose end sends no SIGCHLD too. Ours sends none, so that libuv has nothing to look for. */
const WALL = 0x40000000;
const STACK_BYTES = 65536;

/** The longest that a child lives when its parent is killed and the kernel would not let it be traced (Yama's ptrace_scope 3). */
const SECONDS = 60;

/** The child. `release` ends it and collects it; a second call does nothing. `using` releases it too. */
export type HeldFork = Disposable & {
  readonly returned: number;
  readonly errno: null;
  readonly pid: number;
  readonly release: () => void;
};

/**
 * Forks a child that only waits, for at most `seconds` (60 by default). Everything that it inherits is its own: signals sent to the process
 * group reach it too. Errors: EAGAIN (RLIMIT_NPROC, pids limit), ENOMEM. clone(2)
 */
export function forkAndHold(seconds: number = SECONDS): HeldFork | Failed {
  if (checkInt('seconds', seconds) < 1 || seconds > 3600)
    throw new RangeError(`seconds must be from 1 to 3600, not ${seconds}`);
  const run = functionAddress('sleep');
  const stack = mmap(null, STACK_BYTES, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS | MAP.STACK, -1, 0);
  if (stack.errno !== null) return stack;
  // The stack grows down from its end. The child has a copy of it, so it can be unmapped here at once.
  const pid = libcClone()(run, pointer(stack.returned + BigInt(STACK_BYTES)), 0, seconds);
  const failure = pid === -1 ? failed() : null;
  munmap(stack.returned, STACK_BYTES);
  if (failure) return failure;
  libcPtrace()(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL);
  let held = true;
  const release = () => {
    if (!held) return;
    held = false;
    libcKill()(pid, SIGKILL);
    libcWaitpid()(pid, new Uint32Array(32), WALL);
  };
  return { returned: pid, errno: null, pid, release, [Symbol.dispose]: release };
}
