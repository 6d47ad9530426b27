/** Who locks how much, from the rows of all processes, beside what the kernel counts for the machine. */
import type { ProcessMachine, ProcessRow } from './processes.ts';
import { exactBytes } from './size.ts';
import type { Text } from './text.ts';

/** What one user's processes lock together. For information: the limit is for each process. */
export interface UserLocks {
  readonly uid: number | null;
  readonly user: string | null;
  /** How many of its processes lock or pin anything. */
  readonly processes: number;
  readonly vmLckBytes: number;
  readonly vmPinBytes: number;
}

export interface ProcessLocks {
  readonly users: readonly UserLocks[];
  readonly vmLckBytes: number;
  readonly vmPinBytes: number;
  readonly mlockedBytes: number | null;
  readonly unevictableBytes: number | null;
  /** Processes of which it is not known. */
  readonly unknown: number;
  /** Why the sums differ, and what else can't be reclaimed. */
  readonly notes: readonly Text[];
}

/** The sums by user, those who lock most first. */
export function processLocks(rows: readonly ProcessRow[], machine: ProcessMachine): ProcessLocks {
  const users = new Map<number | null, UserLocks>();
  let unknown = 0;
  for (const { kind, uid, user, vmLckBytes, vmPinBytes } of rows) {
    if (kind === 'unknown') unknown++;
    if (!vmLckBytes && !vmPinBytes) continue;
    const before = users.get(uid) ?? { uid, user, processes: 0, vmLckBytes: 0, vmPinBytes: 0 };
    users.set(uid, {
      ...before,
      processes: before.processes + 1,
      vmLckBytes: before.vmLckBytes + (vmLckBytes ?? 0),
      vmPinBytes: before.vmPinBytes + (vmPinBytes ?? 0),
    });
  }
  const sorted = [...users.values()].sort((a, b) => b.vmLckBytes - a.vmLckBytes || b.vmPinBytes - a.vmPinBytes);
  const sum = (of: 'vmLckBytes' | 'vmPinBytes') => sorted.reduce((total, each) => total + each[of], 0);
  const { mlockedBytes, unevictableBytes } = machine;
  const totals = { vmLckBytes: sum('vmLckBytes'), vmPinBytes: sum('vmPinBytes'), mlockedBytes, unevictableBytes };
  return { users: sorted, ...totals, unknown, notes: notesOn(totals, unknown) };
}

function notesOn(
  { vmLckBytes, mlockedBytes, unevictableBytes }: Omit<ProcessLocks, 'users' | 'unknown' | 'notes'>,
  unknown: number,
): Text[] {
  const notes: Text[] = [];
  if (unknown > 0) {
    notes.push({
      en: `Of ${unknown} processes it is unknown: the sums are at least so large.`,
      zh: `有 ${unknown} 个进程未知：实际总和至少为此数。`,
    });
  }
  if (mlockedBytes !== null && vmLckBytes > mlockedBytes) {
    const more = exactBytes(vmLckBytes - mlockedBytes);
    notes.push({
      en: `VmLck of all is ${more} more than Mlocked: it counts whole mappings, also pages that are not there (on fault, not accessible), and shared pages once for each process.`,
      zh: `所有 VmLck 之和比 Mlocked 多 ${more}：它按整个映射计数，包括尚不存在的页（缺页时锁定、不可访问），共享页按每个进程各计一次。`,
    });
  }
  if (mlockedBytes !== null && mlockedBytes > vmLckBytes) {
    const more = exactBytes(mlockedBytes - vmLckBytes);
    notes.push({
      en: `Mlocked is ${more} more than VmLck of all that is seen here: of processes that are not seen, or locked pages whose process has ended and that were not freed yet.`,
      zh: `Mlocked 比此处可见的 VmLck 之和多 ${more}：来自看不到的进程，或进程已结束但尚未释放的锁定页。`,
    });
  }
  if (mlockedBytes !== null && unevictableBytes !== null && unevictableBytes > mlockedBytes) {
    const more = exactBytes(unevictableBytes - mlockedBytes);
    notes.push({
      en: `${more} more is Unevictable without being Mlocked: ramfs, shared memory under SHM_LOCK, memfd_secret.`,
      zh: `另有 ${more} 属于 Unevictable 而不是 Mlocked：ramfs、SHM_LOCK 的共享内存、memfd_secret。`,
    });
  }
  return notes;
}
