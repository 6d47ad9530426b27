/**
 * The calculator: would mlock(2) of so many bytes work in a process with these limits, and what is the least that makes
 * it work? The rule is the kernel's (`do_mlock` in mm/mlock.c): whole pages, VmLck included, against the soft limit,
 * unless CAP_IPC_LOCK counts.
 */

import type { ByteLimit } from './byte-limit.ts';
import type { FixId } from './fixes/fix-ids.ts';
import { hardLimitFix, type Setup } from './fixes/setup.ts';
import { limitKib, limitPages } from './limit-units.ts';
import type { LimitsFacts, LockVerdict } from './limits.ts';
import { exactBytes } from './size.ts';
import type { Text } from './text.ts';

/** What the verdict follows from. */
export type LockingFacts = Setup & Pick<LimitsFacts, 'pageSize' | 'capabilities' | 'ipcLock' | 'userNamespace'>;

/** Bytes in whole pages, as a range that begins at a page boundary takes them. */
function inPages(bytes: number, pageSize: number): number {
  return Math.ceil(bytes / pageSize) * pageSize;
}

/**
 * Whether a further `bytes` (whole number, at least 1), page-aligned and not locked yet, can be locked. The process is
 * not asked to do it: memory that runs out, a control group's limit and holes in the range are other stories.
 */
export function wouldLock(facts: LockingFacts, bytes: number): LockVerdict {
  const { memlock, vmLckBytes, pageSize } = facts;
  const added = inPages(bytes, pageSize);
  const needed = vmLckBytes + added;
  if (facts.ipcLock.counts) return { works: true, errno: null, why: freed };
  if (memlock.soft === 0)
    return { works: false, errno: 'EPERM', why: nothingAllowed(facts), ...smallestChange(facts, needed) };
  const works = fits(needed, memlock.soft, pageSize);
  const why = sum(facts, added, works);
  return works ? { works, errno: null, why } : { works, errno: 'ENOMEM', why, ...smallestChange(facts, needed) };
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
