import { cgroupMemory } from '../../native/proc/cgroup.ts';
import { meminfo, swaps } from '../../native/proc/proc-meminfo.ts';
import { maxMapCount, overcommit, transparentHugepage } from '../../native/proc/vm-settings.ts';
import { mappingCount } from '../../native/proc/vma.ts';
import { fixesFor } from '../../protocol/fixes/fixes-for.ts';
import type { LimitsFacts, LimitsReport } from '../../protocol/limits.ts';
import { featuresHere } from './environment.ts';
import { filteredCalls, lockingFacts } from './locking-facts.ts';

/** The facts, and the fixes that follow from them. Of this process, or of another one. */
export function limits(pid?: number): LimitsReport {
  const facts = limitsFacts(pid);
  return { ...facts, fixes: fixesFor(facts) };
}

/**
 * What stands between a process and locked memory, now: this one, or another one from outside, which needs to know
 * nothing of it. What cannot be read is 0, `unknown`, null or empty, never a guess.
 */
export function limitsFacts(other?: number): LimitsFacts {
  const pid = other === undefined || other === process.pid ? 'self' : other;
  const commit = overcommit();
  const hugepage = transparentHugepage();
  return {
    pid: pid === 'self' ? process.pid : pid,
    ...lockingFacts(pid),
    ...(pid === 'self' && { callFilter: filteredCalls() }),
    cgroup: controlGroup(pid),
    ...machineMemory(commit.errno === null ? commit.mode : 'unknown'),
    swap: swapAreas(),
    thp: hugepage.errno === null ? hugepage.enabled : 'unknown',
    mappings: mappings(pid),
    features: featuresHere(),
  };
}

function controlGroup(pid: number | 'self'): LimitsFacts['cgroup'] {
  const found = cgroupMemory(pid);
  if (found.errno !== null || !found.memory) return null;
  const { version, path, maxBytes, currentBytes, swapMaxBytes, availableBytes, unevictableBytes } = found.memory;
  return { version, path, maxBytes, currentBytes, swapMaxBytes, availableBytes, unevictableBytes };
}

function machineMemory(mode: string): Pick<LimitsFacts, 'memory' | 'overcommit'> {
  const found = meminfo();
  if (found.errno !== null) {
    return {
      memory: { totalBytes: 0, availableBytes: 0, mlockedBytes: 0 },
      overcommit: { mode, commitLimitBytes: 0, committedBytes: 0 },
    };
  }
  const { memTotalBytes, memAvailableBytes, mlockedBytes, commitLimitBytes, committedBytes } = found;
  return {
    memory: { totalBytes: memTotalBytes, availableBytes: memAvailableBytes, mlockedBytes },
    overcommit: { mode, commitLimitBytes, committedBytes },
  };
}

function swapAreas(): LimitsFacts['swap'] {
  const found = swaps();
  const areas = found.errno === null ? [...found.swaps] : [];
  return {
    totalBytes: areas.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    usedBytes: areas.reduce((sum, { usedBytes }) => sum + usedBytes, 0),
    areas,
  };
}

function mappings(pid: number | 'self'): LimitsFacts['mappings'] {
  const count = mappingCount(pid);
  const max = maxMapCount();
  return {
    count: count.errno === null ? count.returned : pid === 'self' ? 0 : null,
    max: max.errno === null ? max.returned : 0,
  };
}
