import { release } from 'node:os';
import { emptyCallNs } from '../../native/calls/call-meter.ts';
import { getrlimit, type Limit, type Limits, RLIMIT } from '../../native/calls/resource.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { features, type ProbedFeature } from '../../native/probes/features.ts';
import { meminfo, swaps } from '../../native/proc/proc-meminfo.ts';
import { status } from '../../native/proc/proc-status.ts';
import { overcommit, transparentHugepage } from '../../native/proc/vm-settings.ts';
import { problem } from '../../protocol/problem.ts';
import type { Environment, Feature } from '../../protocol/report.ts';

/**
 * Whether this process is one of Electron's. Its allocator, PartitionAlloc, gives pages back with madvise(2) and ends
 * the process when that fails, which it does for locked memory.
 */
export const inElectron = (): boolean => process.versions.electron !== undefined;

/** The machine and this process, now. What of the machine cannot be read is 0, `unknown` or empty, never a guess. */
export function environment(): Environment {
  const memory = meminfo();
  const swap = swaps();
  const hugepage = transparentHugepage();
  const commit = overcommit();
  const self = status();
  return {
    kernel: release(),
    architecture: process.arch,
    pageSize: pageSize(),
    memTotal: memory.errno === null ? memory.memTotalBytes : 0,
    memAvailable: memory.errno === null ? memory.memAvailableBytes : 0,
    swapTotal: swap.errno === null ? swap.swaps.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) : 0,
    thp: hugepage.errno === null ? hugepage.enabled : 'unknown',
    overcommit: commit.errno === null ? commit.mode : 'unknown',
    memlock: memlockLimit(),
    capabilities: self.errno === null ? [...self.effective] : [],
    features: featuresHere(),
    emptyCallNs: emptyCallNs(),
  };
}

/** What this kernel can do, by name, each with the reason where it cannot. */
export function featuresHere(): Environment['features'] {
  return Object.fromEntries(Object.entries(features()).map(([name, found]) => [name, asFeature(found)]));
}

/**
 * RLIMIT_MEMLOCK of this process, in bytes. getrlimit(2)
 *
 * @throws ProblemError `cannot-run-here` where a sandbox forbids the call: no number would be true, and 0 means that
 * nothing may be locked
 */
export function memlockLimit(): Environment['memlock'] {
  const limits = getrlimit(RLIMIT.MEMLOCK);
  if (limits.errno !== null) {
    throw problem(
      'cannot-run-here',
      `The limit of locked memory could not be read: getrlimit(RLIMIT_MEMLOCK) answered ${limits.errno}, as in a sandbox that forbids the call; run Pagescope outside of it.`,
      `无法读取锁定内存的上限：getrlimit(RLIMIT_MEMLOCK) 返回 ${limits.errno}，可能有沙箱禁止此调用；请在沙箱之外运行 Pagescope。`,
    );
  }
  return inBytes(limits);
}

/** Both limits as bytes. */
export function inBytes({ soft, hard }: Limits): Environment['memlock'] {
  const bytes = (limit: Limit) => (limit === 'unlimited' ? limit : Number(limit));
  return { soft: bytes(soft), hard: bytes(hard) };
}

/** What was tried, as reports have it. */
function asFeature(found: ProbedFeature): Feature {
  switch (found.status) {
    case 'available':
      return { state: 'available' };
    case 'denied':
      return { state: 'denied', reason: found.reason };
    case 'missing':
      return { state: 'missing', reason: found.since };
  }
}
