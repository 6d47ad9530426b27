/**
 * What an errno means for the call that gave it, in one sentence: ENOMEM of `mlock` has nothing to do with free memory. From the
 * ERRORS sections of the man pages and, where those are silent, the kernel's source (6.18).
 */
import type { ErrnoName } from './errno.ts';

export type Text = { readonly en: string; readonly zh: string };
type Meanings = { readonly [errno in ErrnoName]?: Text };

const NOT_A_PAGE_BOUNDARY: Text = {
  en: 'The address is not a multiple of the page size.',
  zh: '地址不是页大小的整数倍。',
};
const RANGE_HAS_A_HOLE: Text = {
  en: 'Part of the range is not mapped.',
  zh: '范围中有一部分没有映射。',
};
const TOUCH: Meanings = {
  EFAULT: {
    en: 'This page cannot be accessed this way: it is not mapped, its protection forbids it, it is a guard page, or it lies past the end of its file.',
    zh: '该页不能以这种方式访问：没有映射、保护属性不允许、是保护页（guard），或者超出了文件末尾。',
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
  zh: '资源编号未知，或软限制大于硬限制。',
};
const FILE: Meanings = {
  ENOENT: {
    en: 'There is no such process, or this kernel does not have the file.',
    zh: '没有这个进程，或此内核没有该文件。',
  },
  EACCES: {
    en: 'This process may not read it: it belongs to another user, or the process is not dumpable.',
    zh: '本进程无权读取：属于其他用户，或进程不可转储（dumpable）。',
  },
  EPERM: {
    en: 'This process may not read it: a security module or sandbox forbids it.',
    zh: '本进程无权读取：被安全模块或沙箱禁止。',
  },
  ESRCH: { en: 'The process has ended.', zh: '进程已经结束。' },
};

const MEANINGS: { readonly [call: string]: Meanings } = {
  mmap: {
    EACCES: { en: 'The file is not open in a way that allows this mapping.', zh: '文件的打开方式不允许这样的映射。' },
    EAGAIN: {
      en: 'Too much would be locked: MAP_LOCKED, or mlockall with MCL_FUTURE, and the length exceed RLIMIT_MEMLOCK.',
      zh: '锁定的内存会过多：MAP_LOCKED（或 mlockall 的 MCL_FUTURE）加上此长度超过了 RLIMIT_MEMLOCK。',
    },
    EBADF: {
      en: 'The descriptor is not open, and the mapping is not MAP_ANONYMOUS.',
      zh: '文件描述符未打开，且映射不是 MAP_ANONYMOUS。',
    },
    EEXIST: {
      en: 'Something is already mapped there, and MAP_FIXED_NOREPLACE forbids replacing it.',
      zh: '那里已有映射，而 MAP_FIXED_NOREPLACE 不允许替换。',
    },
    EINVAL: {
      en: 'The length is 0, the address or offset is not a multiple of the page size, or neither MAP_PRIVATE nor MAP_SHARED was given.',
      zh: '长度为 0，地址或偏移不是页大小的整数倍，或者没有给出 MAP_PRIVATE 或 MAP_SHARED。',
    },
    ENFILE: { en: 'The system has too many open files.', zh: '系统打开的文件过多。' },
    ENODEV: { en: 'This kind of file cannot be mapped.', zh: '这类文件不能映射。' },
    ENOMEM: {
      en: 'No address space of that length is free, overcommit refuses it, RLIMIT_AS or RLIMIT_DATA is reached, or the process has too many mappings (vm.max_map_count).',
      zh: '没有这么长的空闲地址空间、overcommit 拒绝、达到 RLIMIT_AS 或 RLIMIT_DATA，或进程映射数过多（vm.max_map_count）。',
    },
    EOVERFLOW: { en: 'Offset and length together overflow.', zh: '偏移与长度之和溢出。' },
    EPERM: {
      en: 'Locking is not allowed at all (RLIMIT_MEMLOCK is 0 and CAP_IPC_LOCK is missing), the address is below vm.mmap_min_addr, or a seal or mount option forbids it.',
      zh: '完全不允许锁定（RLIMIT_MEMLOCK 为 0 且没有 CAP_IPC_LOCK）、地址低于 vm.mmap_min_addr，或被封印（seal）或挂载选项禁止。',
    },
  },
  munmap: {
    EINVAL: {
      en: 'The address is not a multiple of the page size, the length is 0, or the range leaves user space.',
      zh: '地址不是页大小的整数倍、长度为 0，或范围超出用户空间。',
    },
    ENOMEM: {
      en: 'Unmapping the middle would split a mapping, and the process has too many already (vm.max_map_count).',
      zh: '从中间取消映射会把映射一分为二，而进程的映射数已过多（vm.max_map_count）。',
    },
    EPERM: { en: 'The mapping is sealed (mseal).', zh: '映射已被封印（mseal）。' },
  },
  mprotect: {
    EACCES: {
      en: 'The file behind the mapping was not opened for this access.',
      zh: '映射背后的文件打开时不允许这种访问。',
    },
    EINVAL: {
      en: 'The address is not a multiple of the page size, or the protection is not valid.',
      zh: '地址不是页大小的整数倍，或保护属性无效。',
    },
    ENOMEM: {
      en: 'Part of the range is not mapped, a mapping would be split past vm.max_map_count, or overcommit refuses the new writable memory.',
      zh: '范围中有一部分没有映射、拆分映射会超过 vm.max_map_count，或 overcommit 拒绝新的可写内存。',
    },
    EPERM: { en: 'The mapping is sealed (mseal).', zh: '映射已被封印（mseal）。' },
  },
  madvise: {
    EACCES: {
      en: 'MADV_REMOVE was used on memory that is not a shared writable mapping.',
      zh: '对非共享可写映射使用了 MADV_REMOVE。',
    },
    EAGAIN: {
      en: 'The kernel is short of a resource for now; trying again can help.',
      zh: '内核暂时缺少资源，可以重试。',
    },
    EBADF: {
      en: 'The memory is not backed by a file, and this advice is for files (WILLNEED without swap).',
      zh: '内存没有文件支持，而该建议只用于文件（没有交换区时的 WILLNEED）。',
    },
    EBUSY: {
      en: 'A huge page could not be made here now (MADV_COLLAPSE).',
      zh: '现在无法在此生成大页（MADV_COLLAPSE）。',
    },
    EFAULT: {
      en: 'A page could not be faulted in: it lies past the end of the file, or is a guard page (MADV_POPULATE).',
      zh: '某页无法调入：超出文件末尾，或是保护页（MADV_POPULATE）。',
    },
    EINVAL: {
      en: 'The advice is unknown to this kernel, the address is not a multiple of the page size, or the memory is locked (or of a kind) that this advice refuses.',
      zh: '此内核不认识该建议、地址不是页大小的整数倍，或内存已锁定（或属于某种类型）而该建议拒绝处理。',
    },
    EIO: { en: 'Reading the pages in failed.', zh: '调入页面时读取失败。' },
    EHWPOISON: { en: 'A page of the range has a hardware memory error.', zh: '范围中有一页存在硬件内存错误。' },
    ENOMEM: {
      en: 'Part of the range is not mapped (the mapped parts were advised all the same), or memory ran out.',
      zh: '范围中有一部分没有映射（已映射的部分仍已处理），或内存不足。',
    },
    EPERM: {
      en: 'This advice needs a privilege (CAP_SYS_ADMIN for HWPOISON), or the mapping is sealed.',
      zh: '该建议需要特权（HWPOISON 需要 CAP_SYS_ADMIN），或映射已被封印。',
    },
  },
  mincore: {
    EAGAIN: { en: 'The kernel is short of memory for now.', zh: '内核暂时内存不足。' },
    EFAULT: { en: 'The vector for the answer is not writable memory.', zh: '存放结果的向量不是可写内存。' },
    EINVAL: NOT_A_PAGE_BOUNDARY,
    ENOMEM: {
      en: 'Part of the range is not mapped, or it leaves user space.',
      zh: '范围中有一部分没有映射，或超出用户空间。',
    },
  },
  mlock: {
    EAGAIN: { en: 'Some pages could not be brought in and so are not locked.', zh: '有些页无法调入，因此没有锁定。' },
    EINVAL: { en: 'Address and length together overflow.', zh: '地址与长度之和溢出。' },
    EINTR: { en: 'A fatal signal came while pages were being brought in.', zh: '调入页面时收到致命信号。' },
    ENOMEM: {
      en: 'One of three things: VmLck plus this length exceeds RLIMIT_MEMLOCK (no CAP_IPC_LOCK); part of the range is not mapped or not accessible; or the process has too many mappings (vm.max_map_count). What comes before a hole is locked all the same.',
      zh: '三种原因之一：VmLck 加上此长度超过 RLIMIT_MEMLOCK（且没有 CAP_IPC_LOCK）；范围中有一部分没有映射或不可访问；进程映射数过多（vm.max_map_count）。空洞之前的部分仍会被锁定。',
    },
    EPERM: {
      en: 'Locking is not allowed at all: RLIMIT_MEMLOCK is 0 and CAP_IPC_LOCK is missing.',
      zh: '完全不允许锁定：RLIMIT_MEMLOCK 为 0，且没有 CAP_IPC_LOCK。',
    },
  },
  munlock: {
    EINVAL: { en: 'Address and length together overflow.', zh: '地址与长度之和溢出。' },
    ENOMEM: {
      en: 'Part of the range is not mapped (what comes before it is unlocked), or a mapping would be split past vm.max_map_count.',
      zh: '范围中有一部分没有映射（其之前的部分已解锁），或拆分映射会超过 vm.max_map_count。',
    },
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
  },
  getrlimit: {
    EINVAL: { en: 'There is no such resource.', zh: '没有这种资源。' },
    EFAULT: { en: 'The limits point outside of memory.', zh: '限制结构指向无效内存。' },
  },
  setrlimit: {
    EINVAL: LIMIT_EINVAL,
    EPERM: { en: 'Raising the hard limit needs CAP_SYS_RESOURCE.', zh: '提高硬限制需要 CAP_SYS_RESOURCE。' },
  },
  prlimit: {
    EINVAL: LIMIT_EINVAL,
    EPERM: {
      en: 'Raising the hard limit, or touching another user’s process, needs CAP_SYS_RESOURCE.',
      zh: '提高硬限制或操作其他用户的进程需要 CAP_SYS_RESOURCE。',
    },
    ESRCH: { en: 'There is no process with this id.', zh: '没有这个编号的进程。' },
    EFAULT: { en: 'The limits point outside of memory.', zh: '限制结构指向无效内存。' },
  },
  getrusage: {
    EINVAL: {
      en: 'Usage can be asked of the process, its children or the thread, and this is none of them.',
      zh: '只能查询进程、子进程或线程的用量，而给出的不是其中之一。',
    },
  },
  sysconf: { EINVAL: { en: 'There is no system value with this number.', zh: '没有这个编号的系统值。' } },
  process_vm_writev: TOUCH,
  process_vm_readv: TOUCH,
  PAGEMAP_SCAN: {
    ENOTTY: { en: 'This kernel has no PAGEMAP_SCAN (Linux 6.7).', zh: '此内核没有 PAGEMAP_SCAN（Linux 6.7 起）。' },
    EINVAL: {
      en: 'The range is not made of whole pages, or a category is unknown to this kernel.',
      zh: '范围不是整页，或此内核不认识某个类别。',
    },
    EFAULT: { en: 'The range or the answer’s vector is not in user space.', zh: '范围或结果向量不在用户空间。' },
    EBADF: { en: 'The descriptor is not an open pagemap file.', zh: '描述符不是已打开的 pagemap 文件。' },
    ENOMEM: { en: 'The kernel had no memory for the answer.', zh: '内核没有内存来存放结果。' },
    EPERM: { en: 'A sandbox forbids it.', zh: '被沙箱禁止。' },
    EACCES: { en: 'This process may not read this pagemap.', zh: '本进程无权读取该 pagemap。' },
  },
  PROCMAP_QUERY: {
    ENOTTY: { en: 'This kernel has no PROCMAP_QUERY (Linux 6.11).', zh: '此内核没有 PROCMAP_QUERY（Linux 6.11 起）。' },
    ENOENT: { en: 'Nothing is mapped at or after this address.', zh: '此地址及其后没有任何映射。' },
    EINVAL: { en: 'The query has an unknown flag or size.', zh: '查询包含未知的标志或大小。' },
    ESRCH: { en: 'The process has ended.', zh: '进程已经结束。' },
  },
  pagemap: { ...FILE, EINVAL: { en: 'The range is outside of user space.', zh: '范围不在用户空间。' } },
  smaps: FILE,
  maps: FILE,
  status: FILE,
};

/** Said of an errno that the tables have nothing for. */
const GENERIC: Meanings = {
  EACCES: { en: 'Access is denied.', zh: '访问被拒绝。' },
  EAGAIN: { en: 'A resource is short for now.', zh: '资源暂时不足。' },
  EFAULT: { en: 'An argument points outside of memory.', zh: '某个参数指向无效内存。' },
  EINTR: { en: 'A signal interrupted the call.', zh: '调用被信号中断。' },
  EINVAL: { en: 'An argument is not valid.', zh: '某个参数无效。' },
  ENOMEM: { en: 'Memory or address space is short.', zh: '内存或地址空间不足。' },
  ENOSYS: { en: 'This kernel does not have the call.', zh: '此内核没有这个调用。' },
  EPERM: { en: 'A privilege is missing.', zh: '缺少特权。' },
};

/**
 * What `errno` says when `call` (its man-page name, or PAGEMAP_SCAN, PROCMAP_QUERY, or a proc file's name) gave it. An errno that
 * the call is not known to give gets its general sense.
 */
export function meaning(call: string, errno: ErrnoName): Text {
  const known = MEANINGS[call]?.[errno] ?? GENERIC[errno];
  if (known) return known;
  return { en: `${call} failed with ${errno}.`, zh: `${call} 失败：${errno}。` };
}

/** The calls that have a table, and the errnos in it, for docs and tests. */
export function explainedErrnos(): readonly { readonly call: string; readonly errnos: readonly string[] }[] {
  return Object.entries(MEANINGS).map(([call, meanings]) => ({ call, errnos: Object.keys(meanings) }));
}
