/** What a process is and may: limits, privilege, other processes, the allocator. */
import { SYSTEM_TOO_MANY_OPEN, TOO_MANY_OPEN } from './files.ts';
import type { Meanings, Table, Text } from './text.ts';

const TOUCH: Meanings = {
  EFAULT: {
    en: 'This page cannot be accessed this way: it is not mapped, its protection forbids it, it is a guard page or memfd_secret, or it lies past the end of its file.',
    zh: '该页不能以这种方式访问：没有映射、保护属性不允许、是保护页（guard）或 memfd_secret，或者超出了文件末尾。',
  },
  ENOMEM: {
    en: 'The kernel had no memory for its own bookkeeping of the transfer.',
    zh: '内核没有内存来记录这次传输。',
  },
  EINVAL: {
    en: 'More than 1024 pieces, or lengths that overflow, were given.',
    zh: '给出的片段多于 1024 个，或长度溢出。',
  },
  EPERM: {
    en: 'This process may not access the memory of that process; a sandbox can forbid even its own.',
    zh: '本进程无权访问该进程的内存；沙箱甚至可以禁止访问自身。',
  },
  ENOSYS: {
    en: 'This kernel or sandbox has no cross-process memory access (CONFIG_CROSS_MEMORY_ATTACH).',
    zh: '此内核或沙箱不支持跨进程内存访问（CONFIG_CROSS_MEMORY_ATTACH）。',
  },
  ESRCH: { en: 'There is no process with this id.', zh: '没有这个编号的进程。' },
};

const LIMIT_EINVAL: Text = {
  en: 'The resource is unknown, or the soft limit is above the hard limit.',
  zh: '资源编号未知，或软上限大于硬上限。',
};

export const processes: Table = {
  getrlimit: {
    EINVAL: { en: 'There is no such resource.', zh: '没有这种资源。' },
    EFAULT: { en: 'The limits point outside of memory.', zh: '上限结构指向无效内存。' },
  },
  setrlimit: {
    EINVAL: LIMIT_EINVAL,
    EPERM: { en: 'Raising the hard limit needs CAP_SYS_RESOURCE.', zh: '提高硬上限需要 CAP_SYS_RESOURCE。' },
  },
  prlimit: {
    EINVAL: LIMIT_EINVAL,
    EPERM: {
      en: 'Raising the hard limit, or touching another user’s process, needs CAP_SYS_RESOURCE.',
      zh: '提高硬上限或操作其他用户的进程需要 CAP_SYS_RESOURCE。',
    },
    ESRCH: { en: 'There is no process with this id.', zh: '没有这个编号的进程。' },
    EFAULT: { en: 'The limits point outside of memory.', zh: '上限结构指向无效内存。' },
  },
  getrusage: {
    EINVAL: {
      en: 'Usage is kept for the process, its children or the thread; this is something else.',
      zh: '只能查询进程、子进程或线程的用量，而给出的是别的值。',
    },
  },
  sysconf: { EINVAL: { en: 'There is no system value with this number.', zh: '没有这个编号的系统值。' } },
  process_vm_writev: TOUCH,
  process_vm_readv: TOUCH,
  clone: {
    EAGAIN: {
      en: 'There are too many processes: RLIMIT_NPROC, the cgroup (pids.max) or the system is at its limit.',
      zh: '进程过多：达到 RLIMIT_NPROC、cgroup（pids.max）或系统的上限。',
    },
    ENOMEM: { en: 'The kernel had no memory for the copy.', zh: '内核没有内存来复制进程。' },
    EPERM: { en: 'A sandbox forbids it.', zh: '被沙箱禁止。' },
  },
  pidfd_open: {
    EINVAL: { en: 'The number can be no process, or a flag is unknown.', zh: '该编号不可能是进程，或标志未知。' },
    EMFILE: TOO_MANY_OPEN,
    ENFILE: SYSTEM_TOO_MANY_OPEN,
    ENOSYS: { en: 'This kernel has no pidfd_open (Linux 5.3).', zh: '此内核没有 pidfd_open（Linux 5.3 起）。' },
    ESRCH: { en: 'There is no process with this id.', zh: '没有这个编号的进程。' },
  },
  capget: {
    EPERM: { en: 'The capabilities of that process may not be read.', zh: '不允许读取该进程的权能（capabilities）。' },
    ESRCH: { en: 'There is no process with this id.', zh: '没有这个编号的进程。' },
  },
  capset: {
    EPERM: {
      en: 'A capability that this thread does not hold can’t be added.',
      zh: '不能加入本线程未持有的权能（capability）。',
    },
    EINVAL: { en: 'The header names an unknown version.', zh: '头部给出了未知的版本。' },
  },
  setresuid: {
    EPERM: {
      en: 'Only CAP_SETUID may take an id other than its own three.',
      zh: '只有拥有 CAP_SETUID 才能换成自己三个编号之外的用户。',
    },
    EAGAIN: { en: 'That user has too many processes (RLIMIT_NPROC).', zh: '该用户的进程过多（RLIMIT_NPROC）。' },
    EINVAL: { en: 'The user id does not exist in this user namespace.', zh: '该用户编号在此用户命名空间中不存在。' },
  },
  setresgid: {
    EPERM: {
      en: 'Only CAP_SETGID may take an id other than its own three.',
      zh: '只有拥有 CAP_SETGID 才能换成自己三个编号之外的组。',
    },
    EINVAL: { en: 'The group id does not exist in this user namespace.', zh: '该组编号在此用户命名空间中不存在。' },
  },
  prctl: {
    EINVAL: { en: 'The option or its value is unknown to this kernel.', zh: '此内核不认识该选项或其值。' },
    EPERM: { en: 'The option needs a capability that is missing.', zh: '该选项需要缺少的权能（capability）。' },
  },
  signal: {
    EINVAL: {
      en: 'There is no such signal, or its action can’t be changed (SIGKILL, SIGSTOP).',
      zh: '没有这个信号，或不能改变其动作（SIGKILL、SIGSTOP）。',
    },
  },
  malloc: {
    ENOMEM: {
      en: 'The kernel gave no more address space: overcommit, RLIMIT_AS or RLIMIT_DATA refuses it, or the size is absurd.',
      zh: '内核不再给出地址空间：overcommit、RLIMIT_AS 或 RLIMIT_DATA 拒绝，或大小不合理。',
    },
  },
  realloc: {
    ENOMEM: {
      en: 'No block of the new size is available; the old one is unchanged.',
      zh: '没有新大小的块；旧块保持不变。',
    },
  },
};
