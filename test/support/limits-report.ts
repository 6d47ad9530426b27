import { fixesFor } from '../../protocol/fixes/fixes-for.ts';
import type { LimitsReport } from '../../protocol/limits.ts';

export const mib = 1024 ** 2;
const facts: Omit<LimitsReport, 'fixes'> = {
  pid: 1,
  pageSize: 4096,
  memlock: { soft: 8 * mib, hard: 8 * mib },
  vmLckBytes: mib,
  capabilities: { effective: [], permitted: [], bounding: [] },
  ipcLock: { effective: false, permitted: false, bounding: false, counts: false },
  userNamespace: { initial: true, uidMap: [] },
  callFilter: { seccomp: 0, refused: [], untold: [] },
  surroundings: { kind: 'docker', evidence: [] },
  cgroup: null,
  memory: { totalBytes: 0, availableBytes: 0, mlockedBytes: 0 },
  swap: { totalBytes: 0, usedBytes: 0, areas: [] },
  overcommit: { mode: 'heuristic', commitLimitBytes: 0, committedBytes: 0 },
  thp: 'madvise',
  mappings: { count: 1, max: 65530 },
  features: {},
};
/** A container that may lock 8 MiB and has locked one of them. */
export const smallLimit: LimitsReport = { ...facts, fixes: fixesFor(facts) };
