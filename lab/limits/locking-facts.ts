import { pageSize } from '../../native/libc/sysconf.ts';
import { callFilter } from '../../native/probes/call-filter.ts';
import { status } from '../../native/proc/proc-status.ts';
import { userNamespace } from '../../native/proc/user-namespace.ts';
import type { LockingFacts } from '../../protocol/would-lock.ts';
import { memlockLimit } from './environment.ts';
import { surroundings } from './surroundings.ts';

/** What decides whether this process may lock, and where its limit comes from. Half a millisecond. */
export function lockingFacts(): LockingFacts {
  const self = status();
  const capabilities =
    self.errno === null
      ? { effective: [...self.effective], permitted: [...self.permitted], bounding: [...self.bounding] }
      : { effective: [], permitted: [], bounding: [] };
  const { initial, uidMap } = userNamespace();
  const holds = (set: readonly string[]): boolean => set.includes('CAP_IPC_LOCK');
  const effective = holds(capabilities.effective);
  return {
    pageSize: pageSize(),
    memlock: memlockLimit(),
    vmLckBytes: self.errno === null ? self.vmLckBytes : 0,
    capabilities,
    ipcLock: {
      effective,
      permitted: holds(capabilities.permitted),
      bounding: holds(capabilities.bounding),
      counts: effective && initial !== false,
    },
    userNamespace: { initial: initial ?? 'unknown', uidMap: [...uidMap] },
    callFilter: filteredCalls(['mlock']),
    surroundings: surroundings(),
  };
}

/** Which of these calls, or of all that can be tried, a filter refuses. */
export function filteredCalls(only?: readonly string[]): LockingFacts['callFilter'] {
  const { seccomp, refused, untold } = callFilter(only);
  return { seccomp, refused: [...refused], untold: [...untold] };
}
