import { features } from '../native/features.ts';
import { meminfo, swaps } from '../native/proc-meminfo.ts';
import { status } from '../native/proc-status.ts';
import { pageSize } from '../native/sysconf.ts';
import { maxMapCount, overcommit, transparentHugepage } from '../native/vm-settings.ts';
import type { LimitsFacts, LimitsReport } from '../protocol/limits.ts';
import { asFeature, memlockLimit } from './environment.ts';

/** What stands between this process and locked memory, now. What cannot be read is 0, `unknown`, null or empty, never a guess. */
export function limitsFacts(): LimitsFacts {
  const self = status();
  const memory = meminfo();
  const areas = swaps();
  const swapAreas = areas.errno === null ? [...areas.swaps] : [];
  const commit = overcommit();
  const hugepage = transparentHugepage();
  const maps = maxMapCount();
  const sets =
    self.errno === null
      ? { effective: [...self.effective], permitted: [...self.permitted], bounding: [...self.bounding] }
      : { effective: [], permitted: [], bounding: [] };
  const effective = sets.effective.includes('CAP_IPC_LOCK');
  return {
    pid: process.pid,
    pageSize: pageSize(),
    memlock: memlockLimit(),
    vmLckBytes: self.errno === null ? self.vmLckBytes : 0,
    capabilities: sets,
    ipcLock: {
      effective,
      permitted: sets.permitted.includes('CAP_IPC_LOCK'),
      bounding: sets.bounding.includes('CAP_IPC_LOCK'),
      counts: effective,
    },
    userNamespace: { initial: 'unknown', uidMap: [] },
    surroundings: { kind: 'plain', evidence: [] },
    cgroup: null,
    memory: {
      totalBytes: memory.errno === null ? memory.memTotalBytes : 0,
      availableBytes: memory.errno === null ? memory.memAvailableBytes : 0,
      mlockedBytes: memory.errno === null ? memory.mlockedBytes : 0,
    },
    swap: {
      totalBytes: swapAreas.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      usedBytes: swapAreas.reduce((sum, { usedBytes }) => sum + usedBytes, 0),
      areas: swapAreas,
    },
    overcommit: { mode: commit.errno === null ? commit.mode : 'unknown', commitLimitBytes: 0, committedBytes: 0 },
    thp: hugepage.errno === null ? hugepage.enabled : 'unknown',
    mappings: { count: 0, max: maps.errno === null ? maps.returned : 0 },
    features: Object.fromEntries(Object.entries(features()).map(([name, found]) => [name, asFeature(found)])),
  };
}

/** The facts, and the fixes that follow from them. */
export function limits(): LimitsReport {
  return { ...limitsFacts(), fixes: [] };
}
