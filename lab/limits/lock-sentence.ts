import type { Limit } from '../../native/calls/resource.ts';
import type { LockCause, LockMeasurements, RefusedLock } from '../../native/probes/diagnose-lock.ts';
import type { Stretch } from '../../native/proc/stretch.ts';
import { exactBytes } from '../../protocol/size.ts';
import type { Text } from '../../protocol/text.ts';
import { formatAddress } from '../base/format.ts';

/** Why a lock was refused, with the numbers that were measured, in one sentence. */
export function lockSentence(cause: LockCause, call: RefusedLock['call'], measured: LockMeasurements): Text {
  switch (cause) {
    case 'limit':
      return overLimit(call, measured);
    case 'no-permission':
      return {
        en: `RLIMIT_MEMLOCK is 0${namespaceEn(measured)}, so nothing may be locked at all.`,
        zh: `RLIMIT_MEMLOCK 为 0${namespaceZh(measured)}，因此完全不允许锁定。`,
      };
    case 'filter':
      return filterSentence(call, {
        en: `the kernel itself refuses it so only where nothing may be locked, but here ${allowed(measured).en}`,
        zh: `内核本身只在完全不允许锁定时拒绝它，而此处${allowed(measured).zh}`,
      });
    case 'hole':
      return hole(measured.holes);
    case 'inaccessible':
      return {
        en: `The page at ${formatAddress(measured.inaccessible ?? 0n)} is mapped but can't be brought in: its protection forbids every access, it is a guard page, or it lies past the end of its file.`,
        zh: `${formatAddress(measured.inaccessible ?? 0n)} 处的页已映射但无法调入：保护属性禁止任何访问、是保护页（guard），或超出了文件末尾。`,
      };
    case 'too-many-mappings':
      return wouldSplit(measured.mappings, measured.maxMappings, { en: 'locking', zh: '锁定' });
    case 'arguments':
      return {
        en: `${call} does not take these arguments; neither the limit nor the memory is the reason.`,
        zh: `${call} 不接受这些参数；原因不在上限，也不在内存。`,
      };
    case 'unknown':
      return {
        en: `Nothing measured explains it: VmLck is ${exactBytes(measured.vmLckBytes)} of ${limitEn(measured.limit)}, the range has ${measured.holes.length === 0 ? 'no hole' : 'a hole'}, and there are ${measured.mappings} of ${measured.maxMappings} mappings${measured.filter ? '; a seccomp filter is in force (Seccomp: 2), which may have answered' : ''}.`,
        zh: `测得的数值都不能解释：VmLck 为 ${exactBytes(measured.vmLckBytes)}（上限：${limitZh(measured.limit)}），范围${measured.holes.length === 0 ? '没有' : '有'}空洞，映射数为 ${measured.mappings}，上限 ${measured.maxMappings}${measured.filter ? '；此处有 seccomp 过滤器（Seccomp: 2），可能是它作出的回答' : ''}。`,
      };
  }
}

/** What a filter forbids, and how that is known. */
export function filterSentence(call: string, { en, zh }: Text): Text {
  return {
    en: `A filter forbids ${call}: ${en}, and Seccomp is 2 in /proc/self/status. No limit changes that.`,
    zh: `过滤器禁止 ${call}：${zh}，且 /proc/self/status 中 Seccomp 为 2。修改上限无济于事。`,
  };
}

/** What lets this process lock something. */
function allowed({ privileged, limit }: LockMeasurements): Text {
  if (privileged) return { en: 'CAP_IPC_LOCK counts', zh: ' CAP_IPC_LOCK 有效' };
  return {
    en: `RLIMIT_MEMLOCK is ${limitEn(limit)}`,
    zh: ` RLIMIT_MEMLOCK 为${limitZh(limit).replace(/^(?=\d)/, ' ')}`,
  };
}

/** Why a call on a part of a mapping was refused by a process that has as many mappings as it may have. */
export function wouldSplit(mappings: number, most: number, { en, zh }: Text): Text {
  return {
    en: `The process has ${mappings} mappings of ${most} (vm.max_map_count), and ${en} part of one would split it.`,
    zh: `进程已有 ${mappings} 个映射，上限为 ${most}（vm.max_map_count），而${zh}其中一部分会将其拆分。`,
  };
}

function overLimit(call: RefusedLock['call'], measured: LockMeasurements): Text {
  const { vmLckBytes, vmSizeBytes, addedBytes, limit } = measured;
  if (call === 'mlockall') {
    const sum = `VmSize ${exactBytes(vmSizeBytes)} > ${limitEn(limit)}`;
    const [reserved, advice] = [reservedShare(measured), noNumber('mlockall', measured)];
    return {
      en: `${sum}: MCL_CURRENT counts the whole address space against RLIMIT_MEMLOCK${namespaceEn(measured)}.${reserved.en}${advice.en}`,
      zh: `${sum}：MCL_CURRENT 把整个地址空间计入 RLIMIT_MEMLOCK${namespaceZh(measured)}。${reserved.zh}${advice.zh}`,
    };
  }
  const sum = `VmLck ${exactBytes(vmLckBytes)} + ${exactBytes(addedBytes)} > ${limitEn(limit)}`;
  return {
    en: `${sum}: over the soft limit RLIMIT_MEMLOCK${namespaceEn(measured)}.`,
    zh: `${sum}：锁定量会超过软上限 RLIMIT_MEMLOCK${namespaceZh(measured)}。`,
  };
}

const nothing: Text = { en: '', zh: '' };

/** Runtimes reserve far more address space than they use. */
function reservedShare({ vmSizeBytes, reservedBytes }: LockMeasurements): Text {
  const share = Math.floor((100 * reservedBytes) / vmSizeBytes);
  if (share < 10) return nothing;
  return {
    en: ` ${share}% of it is only reserved (PROT_NONE), by V8 and, in Electron, by PartitionAlloc.`,
    zh: `其中 ${share}% 只是保留的地址空间（PROT_NONE），由 V8 以及 Electron 中的 PartitionAlloc 保留。`,
  };
}

/**
 * Whether the limit to set is none: mlockall counts VmSize, which is another in each version, and a limit above all
 * memory protects nothing.
 */
export function noNumberFits(call: string, { vmSizeBytes, memTotalBytes }: LockMeasurements): boolean {
  return call === 'mlockall' && memTotalBytes > 0 && vmSizeBytes > memTotalBytes;
}

function noNumber(call: string, measured: LockMeasurements): Text {
  if (!noNumberFits(call, measured)) return nothing;
  return {
    en: ' That is more than all memory of this machine, so the limit to set is no number but unlimited (infinity in systemd): what is only reserved takes no memory when it is locked.',
    zh: '这已超过本机的全部内存，因此应设置的上限不是某个数值，而是 unlimited（systemd 中为 infinity）：仅保留的地址空间被锁定时不占用内存。',
  };
}

function namespaceEn({ onlyInNamespace }: LockMeasurements): string {
  return onlyInNamespace
    ? ', and CAP_IPC_LOCK is held only inside a user namespace, where it does not count'
    : ', and CAP_IPC_LOCK is missing';
}

function namespaceZh({ onlyInNamespace }: LockMeasurements): string {
  return onlyInNamespace ? '，且 CAP_IPC_LOCK 只在用户命名空间内持有，不起作用' : '，且没有 CAP_IPC_LOCK';
}

/** At most three are named. */
function hole(holes: readonly Stretch[]): Text {
  const named = holes.slice(0, 3).map(({ start, end }) => `${formatAddress(start)} to ${formatAddress(end)}`);
  const namedZh = holes.slice(0, 3).map(({ start, end }) => `${formatAddress(start)} 至 ${formatAddress(end)}`);
  const more = holes.length - named.length;
  return {
    en: `Nothing is mapped from ${named.join(', ')}${more > 0 ? ` and in ${more} more places` : ''}; what comes before the first hole is locked all the same.`,
    zh: `${namedZh.join('、')}${more > 0 ? `，另有 ${more} 处，` : ' '}没有映射；第一个空洞之前的部分仍已锁定。`,
  };
}

function limitEn(limit: Limit): string {
  return limit === 'unlimited' ? limit : exactBytes(Number(limit));
}

function limitZh(limit: Limit): string {
  return limit === 'unlimited' ? '无限制' : exactBytes(Number(limit));
}
