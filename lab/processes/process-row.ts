import { uptime } from 'node:os';
import { readText } from '../../native/proc/proc-file.ts';
import { parseProcLimits } from '../../native/proc/proc-limits.ts';
import type { ProcessStatus } from '../../native/proc/process-status.ts';
import { userNames } from '../../native/proc/user-names.ts';
import type { ProcessRow } from '../../protocol/processes.ts';
import type { Text } from '../../protocol/text.ts';
import { unitAndContainer } from '../limits/surroundings-from-clues.ts';

/** What of a process hardly ever changes, and is read in turn. */
export interface SlowFacts {
  readonly unit: string | null;
  readonly container: string | null;
  readonly lockLimitBytes: ProcessRow['lockLimitBytes'];
}

/** Reads a process's limit and control group: files that the world may read. */
export function slowFacts(pid: number): SlowFacts {
  const limits = readText(`/proc/${pid}/limits`);
  const memlock = limits.errno === null ? parseProcLimits(limits.text, ['MEMLOCK']).limits.MEMLOCK : undefined;
  const soft = memlock?.soft;
  const cgroup = readText(`/proc/${pid}/cgroup`);
  const place = cgroup.errno === null ? unitAndContainer(cgroup.text) : { unit: null, container: null };
  return { ...place, lockLimitBytes: soft === undefined ? null : soft === 'unlimited' ? soft : Number(soft) };
}

/** Which process it is. */
export type Identity = Pick<ProcessRow, 'pid' | 'startTicks' | 'startTime'> & { readonly kernelThread: boolean };

const kernelHasNone: Text = {
  en: 'A thread of the kernel has no memory of its own.',
  zh: '内核线程没有自己的内存。',
};
const zombieHasNone: Text = {
  en: 'It has ended, and its memory is gone; its parent has not asked for its exit status yet.',
  zh: '它已经结束，内存已释放；父进程尚未读取其退出状态。',
};

/** The row of a process whose status was read. */
export function rowOf(
  { pid, startTicks, startTime, kernelThread }: Identity,
  status: ProcessStatus,
  { unit, container, lockLimitBytes }: SlowFacts,
  mappings: number | null,
): ProcessRow {
  const ended = status.state === 'Z' || status.state === 'X';
  const uid = status.effectiveUid;
  const { vmLckBytes } = status;
  const reason = kernelThread ? kernelHasNone : ended ? zombieHasNone : undefined;
  return {
    pid,
    startTicks,
    startTime,
    name: status.name,
    kind: kernelThread ? 'kernel' : ended ? 'zombie' : 'process',
    uid,
    user: uid === null ? null : (userNames().get(uid) ?? null),
    unit,
    container,
    threads: status.threads,
    rssBytes: status.rssBytes,
    anonBytes: status.rssAnonBytes,
    fileBytes: status.rssFileBytes,
    shmemBytes: status.rssShmemBytes,
    swapBytes: status.swapBytes,
    vmLckBytes,
    vmPinBytes: status.vmPinBytes,
    lockLimitBytes,
    lockShare: lockShare(vmLckBytes, lockLimitBytes),
    ipcLock: status.ipcLock,
    pageTableBytes: status.pageTableBytes,
    mappings: reason ? null : mappings,
    ...(reason && { reason }),
  };
}

/** How much of the limit is used; nothing of a limit of 0 may be, and nothing is. */
function lockShare(locked: number | null, limit: ProcessRow['lockLimitBytes']): number | null {
  if (locked === null || typeof limit !== 'number') return null;
  return limit === 0 ? (locked === 0 ? 0 : null) : locked / limit;
}

/** The row of a process of which nothing may be read: hidepid. */
export function unknownRow(pid: number, uid: number | null): ProcessRow {
  return {
    pid,
    startTicks: null,
    startTime: null,
    name: null,
    kind: 'unknown',
    uid,
    user: uid === null ? null : (userNames().get(uid) ?? null),
    unit: null,
    container: null,
    threads: null,
    rssBytes: null,
    anonBytes: null,
    fileBytes: null,
    shmemBytes: null,
    swapBytes: null,
    vmLckBytes: null,
    vmPinBytes: null,
    lockLimitBytes: null,
    lockShare: null,
    ipcLock: null,
    pageTableBytes: null,
    mappings: null,
    reason: {
      en: `It belongs to uid ${uid ?? '?'}, and /proc is mounted with hidepid: only that user and root may read of it.`,
      zh: `它属于 uid ${uid ?? '?'}，而 /proc 以 hidepid 挂载：只有该用户和 root 可以读取。`,
    },
  };
}

/** Whether two rows say the same. */
export function sameRow(one: ProcessRow, other: ProcessRow): boolean {
  for (const key of Object.keys(other) as (keyof ProcessRow)[]) {
    if (key !== 'reason' && one[key] !== other[key]) return false;
  }
  return true;
}

/** USER_HZ, the unit of stat's times. time(7) */
const ticksPerSecond = 100;

/** When a process began, by the machine's clock now. */
export function dateOf(startTicks: number): string {
  return new Date(Date.now() - (uptime() - startTicks / ticksPerSecond) * 1000).toISOString();
}
