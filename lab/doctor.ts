import type { Environment } from '../protocol/report.ts';
import type { Text } from '../protocol/text.ts';
import { environment } from './environment.ts';
import { formatBytes } from './format.ts';

/** One thing that the doctor looked at. */
export interface Finding {
  readonly id: string;
  readonly title: Text;
  /** What was measured. */
  readonly value: Text;
  /** `fine`, or `limited`: some experiment cannot show everything here. */
  readonly status: 'fine' | 'limited';
  /** What to do about it, when limited. */
  readonly fix?: Text;
}

/** Below this much lockable memory (the kernel's default before Linux 5.16), ordinary use of mlock runs into the limit. */
const littleMemlockBytes = 64 * 1024;

/** Examines this process and this machine, as the experiments will find them. */
export function examine(): { environment: Environment; findings: Finding[] } {
  const found = environment();
  return { environment: found, findings: [memlock(found), ipcLock(found), swap(found), ...features(found)] };
}

function memlock({ memlock: { soft, hard }, pageSize, capabilities }: Environment): Finding {
  const show = (limit: number | 'unlimited'): string =>
    limit === 'unlimited'
      ? 'unlimited'
      : `${limit} bytes = ${limit / 1024} KiB (ulimit -l) = ${Math.floor(limit / pageSize)} pages`;
  const same = soft === hard;
  const value = same ? `${show(soft)} (soft = hard)` : `soft ${show(soft)}; hard ${show(hard)}`;
  const title = { en: 'RLIMIT_MEMLOCK', zh: 'RLIMIT_MEMLOCK（可锁定内存上限）' };
  const enough = soft === 'unlimited' || soft > littleMemlockBytes || capabilities.includes('CAP_IPC_LOCK');
  if (enough) return { id: 'memlock', title, value: plain(value), status: 'fine' };
  const fix = {
    en: 'raise it: `ulimit -l KIB` in this shell up to the hard limit; for a service, LimitMEMLOCK= in its unit; in a container, docker run --ulimit memlock=BYTES',
    zh: '提高上限：在当前 shell 中用 `ulimit -l KIB`（不超过硬限制）；服务使用单元文件中的 LimitMEMLOCK=；容器使用 docker run --ulimit memlock=BYTES',
  };
  return { id: 'memlock', title, value: plain(value), status: 'limited', fix };
}

function ipcLock({ capabilities }: Environment): Finding {
  const title = { en: 'CAP_IPC_LOCK', zh: 'CAP_IPC_LOCK 权能' };
  const value = capabilities.includes('CAP_IPC_LOCK')
    ? { en: 'effective: locking is not limited by RLIMIT_MEMLOCK', zh: '有效：锁定内存不受 RLIMIT_MEMLOCK 限制' }
    : { en: 'not effective: RLIMIT_MEMLOCK applies', zh: '无效：受 RLIMIT_MEMLOCK 限制' };
  return { id: 'cap-ipc-lock', title, value, status: 'fine' };
}

function swap({ swapTotal }: Environment): Finding {
  const value = swapTotal === 0 ? { en: 'none', zh: '无' } : plain(formatBytes(swapTotal));
  return { id: 'swap', title: { en: 'Swap', zh: '交换空间' }, value, status: 'fine' };
}

function features({ features: found }: Environment): Finding[] {
  return Object.entries(found).map(([name, { state, reason }]) => {
    const id = `feature-${name}`;
    const title = { en: `Kernel: ${name}`, zh: `内核功能：${name}` };
    if (state === 'available') return { id, title, value: { en: 'available', zh: '可用' }, status: 'fine' };
    const denied = state === 'denied';
    return {
      id,
      title,
      value: denied ? { en: 'denied', zh: '被拒绝' } : { en: 'missing', zh: '缺失' },
      status: 'limited',
      fix: denied
        ? { en: reason ?? 'needs privilege', zh: reason ?? '需要特权' }
        : { en: `needs ${reason ?? 'a newer kernel'}`, zh: `需要 ${reason ?? '更新的内核'}` },
    };
  });
}

/** A value that reads the same in both languages. */
function plain(text: string): Text {
  return { en: text, zh: text };
}
