import { formatBytes } from '../lab/base/format.ts';
import type { ByteLimit } from '../protocol/byte-limit.ts';
import { setupNames } from '../protocol/fixes/setup-names.ts';
import { limitKib, limitPages } from '../protocol/limit-units.ts';
import type { LimitsReport } from '../protocol/limits.ts';
import { exactBytes } from '../protocol/size.ts';
import type { Text } from '../protocol/text.ts';

/** One thing that the doctor looked at. */
export interface Finding {
  readonly id: string;
  readonly group: 'locking' | 'memory' | 'kernel';
  readonly title: Text;
  /** What was measured. */
  readonly value: Text;
  /** `limited`: some experiment cannot show everything here. */
  readonly status: 'fine' | 'limited';
  /** Why, or what it needs, when limited. */
  readonly note?: Text;
}

/**
 * Below this much lockable memory (the kernel's default before Linux 5.16), ordinary use of mlock runs into the limit.
 */
const littleMemlockBytes = 64 * 1024;

/** The measured limits, a line for each, in the order in which they decide. */
export function findings(report: LimitsReport): Finding[] {
  return [...locking(report), ...memory(report), ...kernel(report)];
}

function locking(report: LimitsReport): Finding[] {
  const { memlock, pageSize, vmLckBytes, ipcLock } = report;
  const soft = memlock.soft;
  const little = soft !== 'unlimited' && soft <= littleMemlockBytes && !ipcLock.counts;
  const group = 'locking';
  return [
    {
      id: 'memlock',
      group,
      title: { en: 'RLIMIT_MEMLOCK, soft', zh: 'RLIMIT_MEMLOCK 软上限' },
      value: limitText(soft, pageSize),
      status: little ? 'limited' : 'fine',
      ...(little ? { note: littleNote } : {}),
    },
    fine('memlock-hard', group, 'RLIMIT_MEMLOCK, hard', 'RLIMIT_MEMLOCK 硬上限', limitText(memlock.hard, pageSize)),
    fine('vmlck', group, 'VmLck', 'VmLck（已锁定）', {
      en: `${vmLckBytes} bytes locked by ${report.pid === process.pid ? 'this process' : `process ${report.pid}`}`,
      zh: `${report.pid === process.pid ? '本进程' : `进程 ${report.pid} `}已锁定 ${vmLckBytes} 字节`,
    }),
    fine('cap-ipc-lock', group, 'CAP_IPC_LOCK', 'CAP_IPC_LOCK 权能', capabilityText(report)),
    callsFinding(report),
    fine('user-namespace', group, 'User namespace', '用户命名空间', namespaceText(report)),
    fine('surroundings', group, 'Runs in', '运行环境', surroundingsText(report)),
  ];
}

/** What of the calls that experiments make was refused when it was tried. */
function callsFinding(report: LimitsReport): Finding {
  const { seccomp, refused, untold } = report.callFilter;
  const mode = seccomp === null ? '?' : String(seccomp);
  const list = refused.map(({ call, errno }) => `${call} ${errno}`).join(', ');
  const known = { id: 'call-filter', group: 'locking', title: { en: 'Refused calls', zh: '被拒绝的调用' } } as const;
  // Without a filter there is nothing to tell of them.
  const not = seccomp === 0 ? '' : untold.join(', ');
  const told = { en: not && `; not told: ${not}`, zh: not && `；无法判断：${not}` };
  if (refused.length === 0 && report.pid !== process.pid && seccomp !== 0) return { ...known, ...filterUntold(mode) };
  if (refused.length === 0) {
    const value = { en: `none (Seccomp: ${mode})${told.en}`, zh: `无（Seccomp: ${mode}）${told.zh}` };
    return { ...known, value, status: 'fine' };
  }
  return {
    ...known,
    value: { en: `${list} (Seccomp: ${mode})${told.en}`, zh: `${list}（Seccomp: ${mode}）${told.zh}` },
    status: 'limited',
    note: {
      en: 'A filter forbids them, and no limit changes that: pagescope doctor --fix call-filter',
      zh: '过滤器禁止这些调用，修改上限无济于事：pagescope doctor --fix call-filter',
    },
  };
}

/** Of another process: that a filter is set shows in its status, and no more. */
function filterUntold(mode: string): Pick<Finding, 'value' | 'status' | 'note'> {
  return {
    value: { en: `unknown (Seccomp: ${mode})`, zh: `未知（Seccomp: ${mode}）` },
    status: 'limited',
    note: {
      en: 'It has a filter of calls: which ones that refuses can only be tried inside of the process.',
      zh: '它设有调用过滤器：拒绝哪些调用只能在该进程内尝试。',
    },
  };
}

const littleNote: Text = {
  en: 'Little for experiments that lock; the fixes below raise it.',
  zh: '对需要锁定内存的实验来说偏小；可用下面的方法提高。',
};

/** `8388608 bytes = 8192 KiB (ulimit -l) = 2048 pages` */
function limitText(limit: ByteLimit, pageSize: number): Text {
  if (limit === 'unlimited') return { en: 'unlimited', zh: '无限制' };
  const [kib, pages] = [limitKib(limit), limitPages(limit, pageSize)];
  return {
    en: `${limit} bytes = ${kib} KiB (ulimit -l) = ${pages} pages`,
    zh: `${limit} 字节 = ${kib} KiB（ulimit -l）= ${pages} 页`,
  };
}

function capabilityText({ ipcLock }: LimitsReport): Text {
  const sets = (['effective', 'permitted', 'bounding'] as const).filter((set) => ipcLock[set]);
  const held = sets.length > 0 ? sets.join(', ') : undefined;
  if (ipcLock.counts) {
    return { en: `${held}: the limit does not apply`, zh: `${held}：不受上限约束` };
  }
  if (ipcLock.effective) {
    return {
      en: `${held}, but not in the initial user namespace, where alone it would count: the limit applies`,
      zh: `${held}，但不在初始用户命名空间中，不起作用：上限有效`,
    };
  }
  if (held === undefined) return { en: 'in no set: the limit applies', zh: '不在任何集合中：上限有效' };
  return { en: `not effective (${held} only): the limit applies`, zh: `未生效（仅 ${held}）：上限有效` };
}

function namespaceText({ userNamespace: { initial, uidMap } }: LimitsReport): Text {
  const map = uidMap.map(({ inside, outside, count }) => `${inside} ${outside} ${count}`).join('; ') || '-';
  if (initial === true) return { en: `the initial one (uid_map ${map})`, zh: `初始命名空间（uid_map ${map}）` };
  if (initial === false) return { en: `not the initial one (uid_map ${map})`, zh: `非初始命名空间（uid_map ${map}）` };
  return { en: 'cannot be read', zh: '无法读取' };
}

function surroundingsText({ surroundings: { kind, unit, evidence } }: LimitsReport): Text {
  const seen = evidence.map(({ source, found }) => `${source}: ${found}`).join('; ');
  const name = unit === undefined ? '' : `, ${unit}`;
  const because = seen === '' ? '' : ` (${seen})`;
  return { en: `${setupNames[kind].en}${name}${because}`, zh: `${setupNames[kind].zh}${name}${because}` };
}

function memory({ memory: machine, cgroup, swap, overcommit, thp, mappings }: LimitsReport): Finding[] {
  const group = 'memory';
  return [
    fine('memory', group, 'Memory', '内存', {
      en: `${formatBytes(machine.totalBytes)}, ${formatBytes(machine.availableBytes)} available, ${formatBytes(machine.mlockedBytes)} locked by all`,
      zh: `${formatBytes(machine.totalBytes)}，可用 ${formatBytes(machine.availableBytes)}，全部已锁定 ${formatBytes(machine.mlockedBytes)}`,
    }),
    fine('cgroup', group, 'Control group', '控制组', cgroupText(cgroup)),
    fine(
      'swap',
      group,
      'Swap',
      '交换区',
      swap.totalBytes === 0
        ? { en: 'none', zh: '无' }
        : {
            en: `${formatBytes(swap.totalBytes)}, ${formatBytes(swap.usedBytes)} used`,
            zh: `${formatBytes(swap.totalBytes)}，已用 ${formatBytes(swap.usedBytes)}`,
          },
    ),
    fine(
      'overcommit',
      group,
      'Overcommit',
      '过量分配',
      plain(
        `${overcommit.mode}; CommitLimit ${formatBytes(overcommit.commitLimitBytes)}, Committed_AS ${formatBytes(overcommit.committedBytes)}`,
      ),
    ),
    fine('thp', group, 'Transparent huge pages', '透明大页', plain(thp)),
    fine('mappings', group, 'Mappings', '映射数', {
      en: `${mappings.count ?? 'unknown'} of ${mappings.max} (vm.max_map_count)`,
      zh: `${mappings.count ?? '未知'}，上限 ${mappings.max}（vm.max_map_count）`,
    }),
  ];
}

function cgroupText(cgroup: LimitsReport['cgroup']): Text {
  if (!cgroup) return { en: 'no memory controller visible', zh: '看不到内存控制器' };
  const { version, path, maxBytes, currentBytes, swapMaxBytes } = cgroup;
  const used = currentBytes === null ? '' : formatBytes(currentBytes);
  return {
    en: `version ${version}, ${path}: memory ${bound(maxBytes, 'en')}, swap ${bound(swapMaxBytes, 'en')}${used && `, ${used} used`}`,
    zh: `版本 ${version}，${path}：内存 ${bound(maxBytes, 'zh')}，交换 ${bound(swapMaxBytes, 'zh')}${used && `，已用 ${used}`}`,
  };
}

function bound(limit: ByteLimit | null, language: keyof Text): string {
  if (limit === null) return { en: 'unknown', zh: '未知' }[language];
  return limit === 'unlimited' ? { en: 'unlimited', zh: '无限制' }[language] : exactBytes(limit);
}

function kernel({ features }: LimitsReport): Finding[] {
  return Object.entries(features).map(([name, { state, reason }]) => {
    const known = { id: `feature-${name}`, group: 'kernel', title: plain(name) } as const;
    if (state === 'available') return { ...known, value: { en: 'available', zh: '可用' }, status: 'fine' };
    if (state === 'denied') {
      const note = reason ?? { en: 'needs privilege', zh: '需要特权' };
      return { ...known, value: { en: 'denied', zh: '被拒绝' }, status: 'limited', note };
    }
    const needed = reason ?? { en: 'a newer kernel', zh: '更新的内核' };
    const note = { en: `needs ${needed.en}`, zh: `需要 ${needed.zh}` };
    return { ...known, value: { en: 'missing', zh: '不存在' }, status: 'limited', note };
  });
}

function fine(id: string, group: Finding['group'], en: string, zh: string, value: Text): Finding {
  return { id, group, title: { en, zh }, value, status: 'fine' };
}

/** A value that reads the same in both languages. */
function plain(text: string): Text {
  return { en: text, zh: text };
}
