import { prctl } from '../../native/calls/prctl.ts';
import { readText } from '../../native/proc/proc-file.ts';
import { meminfo } from '../../native/proc/proc-meminfo.ts';
import { transparentHugepage } from '../../native/proc/vm-settings.ts';
import { vmstat } from '../../native/proc/vmstat.ts';
import type { Text } from '../../protocol/text.ts';

const folder = '/sys/kernel/mm/transparent_hugepage';

/** PR_GET_THP_DISABLE of prctl(2), Linux 3.15. 1: none for this process; 3: only where advised (Linux 6.18). */
const getThpDisable = 42;

/**
 * Bytes of the huge page that one entry of the page table maps (2 MiB on x86-64), or undefined where the kernel has
 * none.
 */
export function hugePageBytes(): number | undefined {
  const settings = transparentHugepage();
  return settings.errno === null && settings.sizeBytes ? settings.sizeBytes : undefined;
}

/** Bytes of a huge page of MAP_HUGETLB, or undefined where the kernel has none. hugetlbpage.rst */
export function poolPageBytes(): number | undefined {
  const memory = meminfo();
  return memory.errno === null && memory.hugePageBytes > 0 ? memory.hugePageBytes : undefined;
}

/**
 * Why memory advised with MADV_HUGEPAGE gets no huge pages here, or undefined when it may get them.
 * admin-guide/mm/transhuge.rst
 */
export function whyNoHugePages(): Text | undefined {
  const bytes = hugePageBytes();
  const general = transparentHugepage();
  if (bytes === undefined || general.errno !== null) {
    return { en: 'this kernel is built without transparent huge pages', zh: '此内核未编入透明大页' };
  }
  // Since Linux 6.8 each size has its own setting, which may defer to the general one.
  const ofSize = `hugepages-${bytes / 1024}kB/enabled`;
  const own = readText(`${folder}/${ofSize}`);
  const chosen = own.errno === null ? /\[(\w+)\]/.exec(own.text)?.[1] : 'inherit';
  if (chosen === 'never') return turnedOff(ofSize);
  if (chosen === 'inherit' && general.enabled === 'never') return turnedOff('enabled');
  const disabled = prctl(getThpDisable);
  if (disabled.errno === null && disabled.returned === 1) {
    return {
      en: 'transparent huge pages are turned off for this process (PR_SET_THP_DISABLE); start Pagescope without that',
      zh: '本进程的透明大页已关闭（PR_SET_THP_DISABLE）；请在不设置它的情况下启动 Pagescope',
    };
  }
  return undefined;
}

/**
 * How often, on the whole machine, a fault that wanted a huge page got a small one; undefined where that is not
 * counted.
 */
export function hugePageFallbacks(): number | undefined {
  const read = vmstat();
  return read.errno === null ? read.counters.get('thp_fault_fallback') : undefined;
}

function turnedOff(setting: string): Text {
  return {
    en: `transparent huge pages are turned off; as root: echo madvise > ${folder}/${setting}`,
    zh: `透明大页已关闭；请以 root 执行：echo madvise > ${folder}/${setting}`,
  };
}
