/**
 * What this kernel can do, found by trying each thing once on a page or a descriptor of our own. Never guessed from the
 * version: distributions backport, configurations leave out, and sandboxes (seccomp, containers) forbid.
 */
import { closeSync } from 'node:fs';
import { memfdCreate, memfdSecret } from '../calls/memfd.ts';
import { MLOCK, mlock2 } from '../calls/mlock.ts';
import { MADV, MAP, madvise, mmap, munmap, PROT } from '../calls/mman.ts';
import { cachestat } from '../calls/page-cache.ts';
import { pidfdOpen, processMadvise } from '../calls/pidfd.ts';
import type { Text } from '../errno-meanings/text.ts';
import type { ErrnoName } from '../libc/errno.ts';
import { MissingSymbol } from '../libc/libc.ts';
import { pageSize } from '../libc/sysconf.ts';
import { PAGE_IS, pagemapScan } from '../pages/pagemap-scan.ts';
import { selfDescriptor } from '../proc/proc-file.ts';
import { status } from '../proc/proc-status.ts';
import { readSmaps } from '../proc/smaps.ts';
import { procmapQueryRefusal, vmas } from '../proc/vma.ts';
import { mayLockNothing } from './call-filter.ts';
import { readMapsZeroPage } from './zero-page.ts';

/** What a trial found. */
export type ProbedFeature =
  | { readonly status: 'available' }
  /** It is there, but not for us; the reason says who may. */
  | { readonly status: 'denied'; readonly reason: Text }
  /** It is not there; `since` names the first kernel with it, or the option it needs. */
  | { readonly status: 'missing'; readonly since: Text };

/** `Linux 6.7`, which reads the same in both languages. */
const linux = (version: string): Text => ({ en: `Linux ${version}`, zh: `Linux ${version}` });

/** First kernel of each feature, for the answer when it is missing. */
const SINCE = {
  'pagemap-scan': linux('6.7'),
  'procmap-query': linux('6.11'),
  cachestat: linux('6.5'),
  memfd_secret: {
    en: 'Linux 5.14 (and secretmem.enable=1 before 6.5)',
    zh: 'Linux 5.14（6.5 之前还需 secretmem.enable=1）',
  },
  mlock2: { en: 'Linux 4.4 (and glibc 2.27)', zh: 'Linux 4.4（以及 glibc 2.27）' },
  'madv-populate': linux('5.14'),
  'guard-install': linux('6.13'),
  process_madvise: linux('5.10'),
  'zero-page': {
    en: 'Linux 2.6.32, built and set up to map the shared zero page where new memory is only read',
    zh: 'Linux 2.6.32，且其编译和设置使只读过的新内存映射共享零页',
  },
  smaps: { en: 'Linux 2.6.14 with CONFIG_PROC_PAGE_MONITOR', zh: 'Linux 2.6.14，并启用 CONFIG_PROC_PAGE_MONITOR' },
} as const satisfies Record<string, Text>;

/** A feature as reports name it. */
export type FeatureName = keyof typeof SINCE;
/** Every feature, in the order in which they are shown. */
export const FEATURES: readonly FeatureName[] = [
  'pagemap-scan',
  'procmap-query',
  'cachestat',
  'memfd_secret',
  'mlock2',
  'madv-populate',
  'guard-install',
  'process_madvise',
  'zero-page',
  'smaps',
];

const AVAILABLE: ProbedFeature = { status: 'available' };

/** Reads an errno of a trial: the ones that mean "unknown to this kernel" are the trial's own, the rest is a denial. */
function judge(
  name: FeatureName,
  errno: ErrnoName | null,
  meansMissing: readonly ErrnoName[],
  denial: Text,
): ProbedFeature {
  if (errno === null) return AVAILABLE;
  if (meansMissing.includes(errno)) return { status: 'missing', since: SINCE[name] };
  return { status: 'denied', reason: { en: `${denial.en} (${errno}).`, zh: `${denial.zh}（${errno}）。` } };
}

/** Runs a trial on one fresh page, and unmaps it whatever happens. */
function onPage(trial: (address: bigint) => ErrnoName | null): ErrnoName | null {
  const page = mmap(null, pageSize(), PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (page.errno !== null) return page.errno;
  try {
    return trial(page.returned);
  } finally {
    munmap(page.returned, pageSize());
  }
}

const SANDBOX: Text = {
  en: 'A sandbox (seccomp, container) forbids the call',
  zh: '沙箱（seccomp、容器）禁止此调用',
};

function tryPagemapScan(): ProbedFeature {
  const name = 'pagemap-scan';
  const fd = selfDescriptor('pagemap');
  if (fd.errno !== null)
    return judge(name, fd.errno, ['ENOENT'], {
      en: 'This process may not open /proc/self/pagemap: it is not dumpable, or a sandbox forbids it',
      zh: '本进程无权打开 /proc/self/pagemap：它不可转储，或被沙箱禁止',
    });
  const query = { inverted: 0, all: 0, any: PAGE_IS.PRESENT, report: PAGE_IS.PRESENT };
  const errno = onPage((page) => pagemapScan(fd.returned, page, pageSize(), query, () => {}).errno);
  return judge(name, errno, ['ENOTTY', 'EINVAL'], SANDBOX);
}

function tryCachestat(): ErrnoName | null {
  const file = memfdCreate('pagescope-cachestat');
  if (file.errno !== null) return file.errno;
  try {
    return cachestat(file.returned, 0, 0).errno;
  } finally {
    closeSync(file.returned);
  }
}

function tryMemfdSecret(): ErrnoName | null {
  const { returned, errno } = memfdSecret();
  if (errno === null) closeSync(returned);
  return errno;
}

function tryProcessMadvise(): ErrnoName | null {
  const pidfd = pidfdOpen(process.pid);
  if (pidfd.errno !== null) return pidfd.errno;
  try {
    return onPage((page) => processMadvise(pidfd.returned, page, pageSize(), MADV.COLD).errno);
  } finally {
    closeSync(pidfd.returned);
  }
}

function detect(name: FeatureName): ProbedFeature {
  switch (name) {
    case 'pagemap-scan':
      return tryPagemapScan();
    case 'procmap-query': {
      const found = vmas(0n, 0xffff_ffff_ffff_ffffn);
      if (found.errno !== null)
        return judge(name, found.errno, ['ENOENT'], {
          en: 'This process may not open /proc/self/maps',
          zh: '本进程无权打开 /proc/self/maps',
        });
      return found.source === 'procmap-query'
        ? AVAILABLE
        : judge(name, procmapQueryRefusal() ?? 'ENOTTY', ['ENOTTY', 'EINVAL'], SANDBOX);
    }
    case 'cachestat':
      return judge(name, tryCachestat(), ['ENOSYS'], SANDBOX);
    case 'memfd_secret':
      return judge(name, tryMemfdSecret(), ['ENOSYS'], SANDBOX);
    case 'mlock2': {
      // Length 0 locks nothing, but is checked like any other. glibc makes EINVAL of the kernel's ENOSYS.
      const { errno } = mlock2(0n, 0, MLOCK.ONFAULT);
      const nothing = {
        en: 'RLIMIT_MEMLOCK is 0 and this process has no CAP_IPC_LOCK that counts',
        zh: 'RLIMIT_MEMLOCK 为 0，且本进程没有有效的 CAP_IPC_LOCK',
      };
      return judge(name, errno, ['ENOSYS', 'EINVAL'], mayLockNothing() ? nothing : SANDBOX);
    }
    case 'madv-populate':
      return judge(
        name,
        onPage((page) => madvise(page, pageSize(), MADV.POPULATE_READ).errno),
        ['EINVAL'],
        SANDBOX,
      );
    case 'guard-install':
      return judge(
        name,
        onPage((page) => madvise(page, pageSize(), MADV.GUARD_INSTALL).errno),
        ['EINVAL'],
        SANDBOX,
      );
    case 'process_madvise': {
      const errno = tryProcessMadvise();
      const self = status();
      const nice = self.errno === null && self.effective.includes('CAP_SYS_NICE');
      // Before Linux 6.13 it was asked for CAP_SYS_NICE also about itself.
      const needsNice = {
        en: 'Advising through a pidfd needs CAP_SYS_NICE here, or a sandbox forbids the call',
        zh: '此处通过 pidfd 给出建议需要 CAP_SYS_NICE，或沙箱禁止此调用',
      };
      if (errno !== null) return judge(name, errno, ['ENOSYS'], nice ? SANDBOX : needsNice);
      if (nice) return AVAILABLE;
      return {
        status: 'denied',
        reason: {
          en: 'Advising another process needs CAP_SYS_NICE; on this process itself it works.',
          zh: '对其他进程给出建议需要 CAP_SYS_NICE；对本进程自身则可用。',
        },
      };
    }
    case 'zero-page': {
      const asked = readMapsZeroPage('page-table');
      const found = typeof asked === 'boolean' ? asked : readMapsZeroPage('smaps');
      if (typeof found === 'boolean') return found ? AVAILABLE : { status: 'missing', since: SINCE[name] };
      return judge(name, found, [], {
        en: 'Neither PAGEMAP_SCAN nor /proc/self/smaps tells this process what a read maps',
        zh: 'PAGEMAP_SCAN 和 /proc/self/smaps 都不能告诉本进程读取时映射了什么',
      });
    }
    case 'smaps':
      return judge(name, readSmaps('self', () => false).errno, ['ENOENT'], {
        en: 'This process may not read /proc/self/smaps: it is not dumpable',
        zh: '本进程无权读取 /proc/self/smaps：它不可转储',
      });
  }
}

const known = new Map<FeatureName, ProbedFeature>();

/**
 * Whether one feature can be used by this process. Tried at the first question; a library without the function is
 * 'missing'.
 */
export function feature(name: FeatureName): ProbedFeature {
  const before = known.get(name);
  if (before) return before;
  let answer: ProbedFeature;
  try {
    answer = detect(name);
  } catch (error) {
    if (!(error instanceof MissingSymbol)) throw error;
    answer = { status: 'missing', since: SINCE[name] };
  }
  known.set(name, answer);
  return answer;
}

/** All of them. About a millisecond in all at the first call. */
export function features(): Readonly<Record<FeatureName, ProbedFeature>> {
  const entries = FEATURES.map((name) => [name, feature(name)] as const);
  // Object.fromEntries forgets the keys' type; the list above has each name once, which a test checks.
  return Object.fromEntries(entries) as Record<FeatureName, ProbedFeature>;
}
