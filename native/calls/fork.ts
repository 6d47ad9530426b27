/**
 * A child that shares this process's memory copy-on-write and does nothing: fork(2) for looking at what a fork does.
 *
 * fork(2) itself would return twice into JavaScript, the second time in a process without V8's other threads, where the
 * first collection may wait for one of them for ever. clone(2) with a function doesn't: the child runs `sleep` of the C
 * library on its own stack, one system call that takes no lock and allocates nothing, and ends when it returns. It
 * never comes back to V8, whatever V8 was doing. Without CLONE_VM the kernel copies the address space as for fork(2):
 * no locks, the `VM_DONTFORK` ranges left out, `WIPEONFORK` ranges empty. 1000 of them in a row, in a process with all
 * of Node's threads: none failed, none was left (test/native/fork.test.ts runs 200).
 *
 * The child has a copy of every descriptor, so a pipe of this process's stays open until the child is released.
 *
 * What the child has is seen from outside: /proc/PID/status, smaps, pagemap, process_vm_readv(2).
 */
import { checkInt } from '../libc/arguments.ts';
import { type Failed, failed, type Result } from '../libc/errno.ts';
import { bind, functionAddress, type Pointer, pointer } from '../libc/libc.ts';
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

/**
 * ptrace(2), Linux 3.4 and 3.8: attach without stopping; the kernel ends the child when its tracer ends, however that
 * comes.
 */
const PTRACE_SEIZE = 0x4206;
const PTRACE_O_EXITKILL = 0x0010_0000;

const SIGKILL = 9;
/** wait(2): children whose end sends no SIGCHLD too. Ours sends none, so that libuv has nothing to look for. */
const WALL = 0x40000000;
/** wait(2): answers at once when none has ended. */
const WNOHANG = 1;
const STACK_BYTES = 65536;

/**
 * The longest that a child lives when its parent is killed and the kernel would not let it be traced (Yama's
 * ptrace_scope 3).
 */
const SECONDS = 60;

/** The child. `release` ends it and collects it; a second call does nothing. `using` releases it too. */
export type HeldFork = Disposable & {
  readonly returned: number;
  readonly errno: null;
  readonly pid: number;
  readonly release: () => void;
};

/**
 * Forks a child that only waits, for at most `seconds` (60 by default). Everything that it inherits is its own: signals
 * sent to the process group reach it too. Errors: EAGAIN (RLIMIT_NPROC, pids limit), ENOMEM. clone(2)
 */
export function forkAndHold(seconds: number = SECONDS): HeldFork | Failed {
  if (checkInt('seconds', seconds) < 1 || seconds > 3600)
    throw new RangeError(`seconds must be from 1 to 3600, not ${seconds}`);
  const cloned = cloneInto('sleep', seconds);
  if (cloned.errno !== null) return cloned;
  const pid = cloned.returned;
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

/**
 * Forks a child that aborts at once, by the C library's abort(3): it has this process's memory as a crash of this
 * process would have it (`VM_DONTDUMP` carried over, no locks), and one thread, its own. Whether the kernel writes a
 * core file, and where, is what core(5) says; `childEnd` tells. Collect it: a child that was not waited for stays a
 * zombie.
 *
 * SIGABRT should have its default action (`signal`): a handler would run in the child, on V8's memory. `returned` is
 * its pid. Errors: EAGAIN (RLIMIT_NPROC, pids limit), ENOMEM. clone(2)
 */
export function forkAndAbort(): Result<number> {
  return cloneInto('abort', 0);
}

/** How a child ended: by a signal, with or without a core file, or with an exit status. wait(2) */
export type ChildEnd = {
  readonly returned: number;
  readonly errno: null;
  /** The number of the signal that ended it; 0 for none. */
  readonly signal: number;
  /** The exit status, where no signal ended it. */
  readonly code: number;
  /** The core flag of the wait status: the kernel has dumped it, to a file or into a pipe. */
  readonly dumped: boolean;
};

const waited = new Uint32Array(32);

/**
 * Collects a child that has ended; null while it has not. Does not block.
 * Errors: ECHILD (collected already, or no child of this process). waitpid(2)
 */
export function childEnd(pid: number): ChildEnd | Failed | null {
  if (checkInt('pid', pid) < 1) throw new RangeError(`pid must be that of a child, not ${pid}`);
  const returned = libcWaitpid()(pid, waited, WALL | WNOHANG);
  if (returned === -1) return failed();
  if (returned === 0) return null;
  const status = waited[0] ?? 0;
  const signal = status & 0x7f;
  return { returned, errno: null, signal, code: signal ? 0 : (status >> 8) & 0xff, dumped: (status & 0x80) !== 0 };
}

/** Clones this process into a function of the C library that takes one argument, on its own stack. */
function cloneInto(name: 'sleep' | 'abort', argument: number): Result<number> {
  const run = functionAddress(name);
  const stack = mmap(null, STACK_BYTES, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS | MAP.STACK, -1, 0);
  if (stack.errno !== null) return stack;
  // The stack grows down from its end. The child has a copy of it, so it can be unmapped here at once.
  const pid = libcClone()(run, pointer(stack.returned + BigInt(STACK_BYTES)), 0, argument);
  const result: Result<number> = pid === -1 ? failed() : { returned: pid, errno: null };
  munmap(stack.returned, STACK_BYTES);
  return result;
}
