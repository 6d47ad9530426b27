/**
 * The calculator: would mlock(2) of so many bytes work in a process with these limits, and what is the least that makes
 * it work? The kernel's rule (`do_mlock` in mm/mlock.c) is about whole pages, VmLck included, against the soft limit,
 * unless CAP_IPC_LOCK counts. Before it comes a filter of calls; after it, the memory that the pages take: a lock that
 * brings in more than there is does not fail, it gets the process killed.
 */

import type { ByteLimit } from './byte-limit.ts';
import type { FixId } from './fixes/fix-ids.ts';
import { hardLimitFix, type Setup } from './fixes/setup.ts';
import { limitKib, limitPages } from './limit-units.ts';
import type { LimitsFacts, LockVerdict } from './limits.ts';
import { exactBytes } from './size.ts';
import type { Text } from './text.ts';

/** What the kernel's answer follows from. */
export type LockingFacts = Setup &
  Pick<LimitsFacts, 'pageSize' | 'capabilities' | 'ipcLock' | 'userNamespace' | 'callFilter'>;

/** What whether there is room for the pages follows from. */
export type RoomFacts = Pick<LimitsFacts, 'memory' | 'swap' | 'cgroup'>;

/** Bytes in whole pages, as a range that begins at a page boundary takes them. */
function inPages(bytes: number, pageSize: number): number {
  return Math.ceil(bytes / pageSize) * pageSize;
}

/**
 * Whether a further `bytes` (whole number, at least 1) of new memory, page-aligned, can be locked: asks the filter, the
 * limit, the control group and the machine's memory, in this order.
 */
export function wouldLock(facts: LockingFacts & RoomFacts, bytes: number): LockVerdict {
  const asked = lockAnswer(facts, bytes);
  return asked.works ? (noRoom(facts, inPages(bytes, facts.pageSize)) ?? asked) : asked;
}

/**
 * What mlock(2) answers to a further `bytes`, page-aligned and not locked yet, before it brings any page in. Whether
 * there is memory for them, and holes in the range, are other stories.
 */
export function lockAnswer(facts: LockingFacts, bytes: number): LockVerdict {
  const { memlock, vmLckBytes, pageSize, callFilter } = facts;
  const added = inPages(bytes, pageSize);
  const needed = vmLckBytes + added;
  const filtered = callFilter.refused.find(({ call }) => call === 'mlock');
  if (filtered) return { works: false, errno: filtered.errno, why: byFilter(facts, filtered.errno), ...passFilter };
  if (facts.ipcLock.counts) return { works: true, errno: null, why: freed };
  if (memlock.soft === 0)
    return { works: false, errno: 'EPERM', why: nothingAllowed(facts), ...smallestChange(facts, needed) };
  const works = fits(needed, memlock.soft, pageSize);
  const why = sum(facts, added, works);
  return works ? { works, errno: null, why } : { works, errno: 'ENOMEM', why, ...smallestChange(facts, needed) };
}

const passFilter: { change: Text; fix: FixId } = {
  change: {
    en: 'Let mlock through the filter of the unit or container, with SystemCallFilter=@memlock or Capability=CAP_IPC_LOCK; no limit helps.',
    zh: '让单元或容器的过滤器放行 mlock：SystemCallFilter=@memlock，或 Capability=CAP_IPC_LOCK；提高上限没有用。',
  },
  fix: 'call-filter',
};

function byFilter({ callFilter: { seccomp } }: LockingFacts, errno: string): Text {
  const mode = seccomp === null ? '?' : seccomp;
  return {
    en: `mlock of one page was tried and answered ${errno}, which is not the limit’s doing: a filter forbids the call (Seccomp: ${mode} in /proc/self/status)`,
    zh: `试着用 mlock 锁定一页，返回 ${errno}，而这不是上限造成的：过滤器禁止此调用（/proc/self/status 中 Seccomp: ${mode}）`,
  };
}

/** Down to whole MiB: what is free changes from moment to moment. */
function roughly(bytes: number): string {
  const mib = 1024 ** 2;
  return exactBytes(bytes < mib ? Math.max(0, bytes) : Math.floor(bytes / mib) * mib);
}

/** Says what the pages would run out of; undefined where there is room. */
function noRoom({ cgroup, memory, swap }: RoomFacts, added: number): LockVerdict | undefined {
  const freeSwap = swap.totalBytes - swap.usedBytes;
  if (cgroup && cgroup.availableBytes !== null && typeof cgroup.maxBytes === 'number') {
    const { version, path, maxBytes, availableBytes, swapMaxBytes, unevictableBytes } = cgroup;
    const swappable = typeof swapMaxBytes === 'number' ? Math.min(freeSwap, swapMaxBytes) : freeSwap;
    // What others of the group have may go to swap, but nothing makes room beyond the limit.
    const room = Math.min(availableBytes + swappable, maxBytes - (unevictableBytes ?? 0));
    if (added > room) {
      const file = version === 2 ? 'memory.max' : 'memory.limit_in_bytes';
      return {
        works: false,
        errno: null,
        outOf: 'control-group',
        why: {
          en: `${exactBytes(added)} > ${roughly(room)} that the control group ${path} has left of ${exactBytes(maxBytes)} (${file}): mlock would not be refused, the OOM killer would end the process`,
          zh: `${exactBytes(added)} > 控制组 ${path} 的剩余量 ${roughly(room)}（${file} 为 ${exactBytes(maxBytes)}）：mlock 不会被拒绝，而是进程会被 OOM killer 终止`,
        },
        change: {
          en: `Raise ${file} of the control group by ${roughly(added - room + 1024 ** 2)} or more (MemoryMax= of a unit, --memory of a container), or lock less.`,
          zh: `把控制组的 ${file} 至少提高 ${roughly(added - room + 1024 ** 2)}（单元用 MemoryMax=，容器用 --memory），或减少锁定量。`,
        },
      };
    }
  }
  // 0 of all memory: /proc/meminfo could not be read, and nothing is known of it.
  if (memory.totalBytes === 0) return undefined;
  const room = Math.min(memory.availableBytes + freeSwap, memory.totalBytes - memory.mlockedBytes);
  if (added <= room) return undefined;
  return {
    works: false,
    errno: null,
    outOf: 'memory',
    why: {
      en: `${exactBytes(added)} > ${roughly(room)} that this machine can make free (MemAvailable and free swap): mlock would not be refused, the OOM killer would end a process, most likely this one`,
      zh: `${exactBytes(added)} > 本机能腾出的 ${roughly(room)}（MemAvailable 与空闲交换区）：mlock 不会被拒绝，而是 OOM killer 会终止一个进程，多半就是它`,
    },
    change: {
      en: 'Lock less, or free memory.',
      zh: '减少锁定量，或释放内存。',
    },
  };
}

/** Whether so many bytes, whole pages, are within a limit. */
function fits(bytes: number, limit: ByteLimit, pageSize: number): boolean {
  const pages = limitPages(limit, pageSize);
  return pages === 'unlimited' || bytes / pageSize <= pages;
}

const freed: Text = {
  en: 'CAP_IPC_LOCK is effective, so RLIMIT_MEMLOCK does not apply; only memory itself limits it.',
  zh: 'CAP_IPC_LOCK 有效，不受 RLIMIT_MEMLOCK 限制；只受内存本身限制。',
};

/** `VmLck 60 KiB + 8 KiB > 64 KiB (RLIMIT_MEMLOCK, soft)`, and what else one should know of these numbers. */
function sum(facts: LockingFacts, added: number, works: boolean): Text {
  const { memlock, vmLckBytes, pageSize } = facts;
  const left = `VmLck ${exactBytes(vmLckBytes)} + ${exactBytes(added)} ${works ? '≤' : '>'}`;
  if (memlock.soft === 'unlimited') {
    return { en: `${left} unlimited (RLIMIT_MEMLOCK, soft)`, zh: `${left} 无限制（RLIMIT_MEMLOCK 软上限）` };
  }
  const usable = Math.floor(memlock.soft / pageSize) * pageSize;
  const note = usable === memlock.soft ? nothing : roundedDown(memlock.soft, usable);
  const ignored = works ? nothing : ignoredCapability(facts);
  return {
    en: `${left} ${exactBytes(usable)} (RLIMIT_MEMLOCK, soft${note.en})${ignored.en}`,
    zh: `${left} ${exactBytes(usable)}（RLIMIT_MEMLOCK 软上限${note.zh}）${ignored.zh}`,
  };
}

const nothing: Text = { en: '', zh: '' };

function roundedDown(soft: number, usable: number): Text {
  return {
    en: `: ${soft} bytes, of which whole pages make ${exactBytes(usable)}`,
    zh: `：${soft} 字节，其中整页为 ${exactBytes(usable)}`,
  };
}

function ignoredCapability({ ipcLock }: LockingFacts): Text {
  if (!ipcLock.effective) return nothing;
  return {
    en: '; CAP_IPC_LOCK is effective, but in a user namespace that is not the initial one, where the kernel ignores it',
    zh: '；CAP_IPC_LOCK 虽有效，但处于非初始用户命名空间，内核不予承认',
  };
}

function nothingAllowed(facts: LockingFacts): Text {
  const ignored = ignoredCapability(facts);
  return {
    en: `RLIMIT_MEMLOCK is 0, so that nothing may be locked, not even 0 bytes${ignored.en}`,
    zh: `RLIMIT_MEMLOCK 为 0，不允许锁定任何内存，0 字节也不行${ignored.zh}`,
  };
}

/**
 * The least that makes room for `needed` bytes locked in all: a soft limit that may be raised; else a capability that
 * the process holds already; else the hard limit, where this setup takes it from.
 */
export function smallestChange(facts: LockingFacts, needed: number): { change: Text; fix: FixId } {
  const { memlock, pageSize, capabilities, ipcLock, userNamespace } = facts;
  const kib = limitKib(needed);
  const heeded = userNamespace.initial !== false;
  if (fits(needed, memlock.hard, pageSize)) return { change: raiseSoft(needed, kib, memlock.hard), fix: 'ulimit' };
  if (ipcLock.permitted && !ipcLock.effective && heeded) return { change: makeEffective, fix: 'setcap' };
  if (capabilities.effective.includes('CAP_SYS_RESOURCE') && heeded) {
    return { change: raiseBoth(needed, kib), fix: 'ulimit' };
  }
  const where = places[facts.surroundings.kind];
  return {
    change: {
      en: `Raise the hard limit to ${exactBytes(needed)} or more (${kib} KiB), ${where.en}.`,
      zh: `把硬上限提高到至少 ${exactBytes(needed)}（${kib} KiB）：${where.zh}。`,
    },
    fix: hardLimitFix(facts),
  };
}

function raiseSoft(needed: number, kib: ByteLimit, hard: ByteLimit): Text {
  const [en, zh] = hard === 'unlimited' ? ['unlimited', '无限制'] : [exactBytes(hard), exactBytes(hard)];
  return {
    en: `Raise the soft limit to ${exactBytes(needed)}, which the hard limit (${en}) allows without privilege: ulimit -S -l ${kib}, or setrlimit in the program.`,
    zh: `把软上限提高到 ${exactBytes(needed)}，硬上限（${zh}）允许且无需特权：ulimit -S -l ${kib}，或在程序中调用 setrlimit。`,
  };
}

function raiseBoth(needed: number, kib: ByteLimit): Text {
  return {
    en: `Raise both limits to ${exactBytes(needed)}, which CAP_SYS_RESOURCE allows: ulimit -l ${kib}, or setrlimit in the program.`,
    zh: `把软、硬上限都提高到 ${exactBytes(needed)}，CAP_SYS_RESOURCE 允许这样做：ulimit -l ${kib}，或在程序中调用 setrlimit。`,
  };
}

const makeEffective: Text = {
  en: 'Make CAP_IPC_LOCK effective in the program: it is permitted already (capset, or +ep on the file).',
  zh: '在程序中使 CAP_IPC_LOCK 生效：它已在 permitted 集合中（capset，或对文件设置 +ep）。',
};

/** Where each setup takes its hard limit from. */
const places: Readonly<Record<Setup['surroundings']['kind'], Text>> = {
  docker: {
    en: 'from outside of the container with docker run --ulimit memlock=',
    zh: '在容器之外设置，docker run --ulimit memlock=',
  },
  podman: {
    en: 'from outside of the container with podman run --ulimit memlock=',
    zh: '在容器之外设置，podman run --ulimit memlock=',
  },
  kubernetes: { en: 'in the container runtime of the node', zh: '在节点的容器运行时中设置' },
  lxc: { en: 'in the configuration of the container', zh: '在容器的配置中设置' },
  'systemd-nspawn': { en: 'in the settings of the container', zh: '在容器的设置中设置' },
  container: { en: 'in the configuration of the container’s runtime', zh: '在容器运行时的配置中设置' },
  'systemd-service': { en: 'with LimitMEMLOCK= in the unit', zh: '在单元中使用 LimitMEMLOCK=' },
  'user-service': {
    en: 'with LimitMEMLOCK= of user@.service and of the unit',
    zh: '在 user@.service 和单元中使用 LimitMEMLOCK=',
  },
  'desktop-session': { en: 'with LimitMEMLOCK= of user@.service', zh: '在 user@.service 中使用 LimitMEMLOCK=' },
  'login-session': { en: 'in limits.conf, from the next login on', zh: '在 limits.conf 中设置，下次登录起生效' },
  plain: {
    en: 'where this process is started from, or in limits.conf for logins',
    zh: '在启动本进程之处设置，登录会话则用 limits.conf',
  },
};
