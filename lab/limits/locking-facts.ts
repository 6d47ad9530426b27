import { pageSize } from '../../native/libc/sysconf.ts';
import { askedCalls, callFilter } from '../../native/probes/call-filter.ts';
import { procLimits } from '../../native/proc/proc-limits.ts';
import { status } from '../../native/proc/proc-status.ts';
import { userNamespace } from '../../native/proc/user-namespace.ts';
import { problem } from '../../protocol/problem.ts';
import type { LockingFacts } from '../../protocol/would-lock.ts';
import { inBytes, memlockLimit } from './environment.ts';
import { surroundings } from './surroundings.ts';

/**
 * What decides whether this process may lock, or another one, and where its limit comes from. Half a millisecond.
 *
 * @throws ProblemError when its limit can't be read
 */
export function lockingFacts(pid: number | 'self' = 'self'): LockingFacts {
  const self = status(pid);
  const capabilities =
    self.errno === null
      ? { effective: [...self.effective], permitted: [...self.permitted], bounding: [...self.bounding] }
      : { effective: [], permitted: [], bounding: [] };
  const { initial, uidMap } = userNamespace(pid);
  const holds = (set: readonly string[]): boolean => set.includes('CAP_IPC_LOCK');
  const effective = holds(capabilities.effective);
  return {
    pageSize: pageSize(),
    memlock: pid === 'self' ? memlockLimit() : limitOf(pid),
    vmLckBytes: self.errno === null ? self.vmLckBytes : 0,
    capabilities,
    ipcLock: {
      effective,
      permitted: holds(capabilities.permitted),
      bounding: holds(capabilities.bounding),
      counts: effective && initial !== false,
    },
    userNamespace: { initial: initial ?? 'unknown', uidMap: [...uidMap] },
    callFilter: pid === 'self' ? filteredCalls(['mlock']) : untoldCalls(pid),
    surroundings: surroundings(pid),
  };
}

/** The limit of another process: prlimit(2) refuses those of others, also to root without CAP_SYS_RESOURCE. */
function limitOf(pid: number): LockingFacts['memlock'] {
  const read = procLimits(pid);
  const memlock = read.errno === null ? read.limits.MEMLOCK : undefined;
  if (memlock) return inBytes(memlock);
  throw problem(
    'cannot-run-here',
    `The limit of process ${pid} can't be read: /proc/${pid}/limits answered ${read.errno ?? 'nothing of it'}.`,
    `无法读取进程 ${pid} 的上限：/proc/${pid}/limits ${read.errno === null ? '没有此项' : `返回 ${read.errno}`}。`,
  );
}

/** Of another process no call can be tried: whether a filter is set is known, which calls it refuses is not. */
function untoldCalls(pid: number): LockingFacts['callFilter'] {
  const found = status(pid);
  const seccomp = found.errno === null ? found.seccomp : null;
  return { seccomp, refused: [], untold: seccomp === 0 ? [] : [...askedCalls()] };
}

/** Which of these calls, or of all that can be tried, a filter refuses. */
export function filteredCalls(only?: readonly string[]): LockingFacts['callFilter'] {
  const { seccomp, refused, untold } = callFilter(only);
  return { seccomp, refused: [...refused], untold: [...untold] };
}
