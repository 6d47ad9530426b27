/** mlock(2) and its family, and msync(2), which tells who is locked. */
import { FILTERED, type Meanings, type Table, type Text } from './text.ts';

const RANGE_HAS_A_HOLE: Text = {
  en: 'Part of the range is not mapped.',
  zh: '范围中有一部分没有映射。',
};

const MLOCK_EAGAIN: Text = {
  en: 'Some pages could not be brought in and so are not locked.',
  zh: '有些页无法调入，因此没有锁定。',
};
const MLOCK_EPERM: Text = {
  en: 'The kernel answers this where RLIMIT_MEMLOCK is 0 and CAP_IPC_LOCK is missing: locking is then not allowed at all. At any other limit it is a filter (seccomp) that forbids the call.',
  zh: '内核只在 RLIMIT_MEMLOCK 为 0 且没有 CAP_IPC_LOCK 时这样回答：此时完全不允许锁定。在其他任何上限下，则是过滤器（seccomp）禁止此调用。',
};
const MLOCK: Meanings = {
  EAGAIN: MLOCK_EAGAIN,
  EINVAL: { en: 'Address and length together overflow.', zh: '地址与长度之和溢出。' },
  EINTR: { en: 'A fatal signal came while pages were being brought in.', zh: '调入页面时收到致命信号。' },
  ENOMEM: {
    en: 'One of three things: VmLck plus this length exceeds RLIMIT_MEMLOCK (no CAP_IPC_LOCK); part of the range is not mapped or not accessible; or the process has too many mappings (vm.max_map_count). What comes before a hole is locked all the same.',
    zh: '三种原因之一：VmLck 加上此长度超过 RLIMIT_MEMLOCK（且没有 CAP_IPC_LOCK）；范围中有一部分没有映射或不可访问；进程映射数过多（vm.max_map_count）。空洞之前的部分仍会被锁定。',
  },
  EPERM: MLOCK_EPERM,
};

export const locking: Table = {
  mlock: MLOCK,
  munlock: {
    EINVAL: { en: 'Address and length together overflow.', zh: '地址与长度之和溢出。' },
    ENOMEM: {
      en: 'Part of the range is not mapped (what comes before it is unlocked), or a mapping would be split past vm.max_map_count.',
      zh: '范围中有一部分没有映射（其之前的部分已解锁），或拆分映射会超过 vm.max_map_count。',
    },
    EPERM: FILTERED,
  },
  msync: {
    EBUSY: {
      en: 'MS_INVALIDATE was asked for, and part of the range is locked.',
      zh: '请求了 MS_INVALIDATE，而范围中有一部分已锁定。',
    },
    EINVAL: {
      en: 'The address is not a multiple of the page size, or the flags contradict each other.',
      zh: '地址不是页大小的整数倍，或标志互相矛盾。',
    },
    EIO: { en: 'Writing the file back failed.', zh: '写回文件失败。' },
    ENOMEM: RANGE_HAS_A_HOLE,
    EPERM: FILTERED,
  },
  mlock2: {
    ...MLOCK,
    EINVAL: {
      en: 'A flag is unknown to this kernel, or address and length together overflow.',
      zh: '此内核不认识某个标志，或地址与长度之和溢出。',
    },
    ENOSYS: { en: 'This kernel has no mlock2 (Linux 4.4).', zh: '此内核没有 mlock2（Linux 4.4 起）。' },
  },
  mlockall: {
    EAGAIN: MLOCK_EAGAIN,
    EINVAL: {
      en: 'The flags are 0 or unknown, or MCL_ONFAULT stands without MCL_CURRENT or MCL_FUTURE.',
      zh: '标志为 0 或未知，或单独使用了 MCL_ONFAULT（没有 MCL_CURRENT 或 MCL_FUTURE）。',
    },
    ENOMEM: {
      en: 'MCL_CURRENT counts the whole address space (VmSize), and that exceeds RLIMIT_MEMLOCK (no CAP_IPC_LOCK).',
      zh: 'MCL_CURRENT 计入整个地址空间（VmSize），而它超过了 RLIMIT_MEMLOCK（且没有 CAP_IPC_LOCK）。',
    },
    EPERM: MLOCK_EPERM,
  },
  munlockall: {
    EINTR: { en: 'A fatal signal came meanwhile.', zh: '其间收到致命信号。' },
    EPERM: FILTERED,
  },
};
