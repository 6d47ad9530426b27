/** mmap(2) and its family. */
import { SYSTEM_TOO_MANY_OPEN } from './files.ts';
import { FILTERED, type Table, type Text } from './text.ts';

const SEALED: Text = {
  en: 'The mapping is sealed (mseal), or a filter (seccomp) forbids the call.',
  zh: '映射已被封印（mseal），或过滤器（seccomp）禁止此调用。',
};

export const mapping: Table = {
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
      zh: '长度为 0，地址或偏移不是页大小的整数倍，或者未给出 MAP_PRIVATE 或 MAP_SHARED。',
    },
    ENFILE: SYSTEM_TOO_MANY_OPEN,
    ENODEV: { en: 'This kind of file cannot be mapped.', zh: '这类文件不能映射。' },
    ENOMEM: {
      en: 'No address space of that length is free, overcommit refuses it, RLIMIT_AS or RLIMIT_DATA is reached, the process has too many mappings (vm.max_map_count), or the pool of huge pages has too few for MAP_HUGETLB (vm.nr_hugepages).',
      zh: '没有这么长的空闲地址空间、overcommit 拒绝、达到 RLIMIT_AS 或 RLIMIT_DATA、进程映射数过多（vm.max_map_count），或大页池中的大页少于 MAP_HUGETLB 所需（vm.nr_hugepages）。',
    },
    EOVERFLOW: { en: 'Offset and length together overflow.', zh: '偏移与长度之和溢出。' },
    EPERM: {
      en: 'The mapping would be locked where locking is not allowed at all (RLIMIT_MEMLOCK is 0 and CAP_IPC_LOCK is missing), the address is below vm.mmap_min_addr, or a seal, a mount option or a filter (seccomp) forbids it.',
      zh: '映射会被锁定，而此处完全不允许锁定（RLIMIT_MEMLOCK 为 0 且没有 CAP_IPC_LOCK）；地址低于 vm.mmap_min_addr；或被封印（seal）、挂载选项或过滤器（seccomp）禁止。',
    },
  },
  munmap: {
    EINVAL: {
      en: 'The address is not a multiple of the page size, the length is 0, or the range leaves user space.',
      zh: '地址不是页大小的整数倍、长度为 0，或范围超出用户空间。',
    },
    ENOMEM: {
      en: 'Unmapping the middle would split a mapping, and the process has too many already (vm.max_map_count).',
      zh: '从中间解除映射会把映射一分为二，而进程的映射数已过多（vm.max_map_count）。',
    },
    EPERM: SEALED,
  },
  mprotect: {
    EACCES: {
      en: 'The file behind the mapping was not opened for this access.',
      zh: '映射背后的文件打开时不允许这种访问。',
    },
    EINVAL: {
      en: 'The address is not a multiple of the page size (of hugetlb memory, the range is a part of a huge page), or the protection is not valid.',
      zh: '地址不是页大小的整数倍（对 hugetlb 内存：范围只是大页的一部分），或保护属性无效。',
    },
    ENOMEM: {
      en: 'Part of the range is not mapped, a mapping would be split past vm.max_map_count, or overcommit refuses the new writable memory.',
      zh: '范围中有一部分没有映射、拆分映射会超过 vm.max_map_count，或 overcommit 拒绝新的可写内存。',
    },
    EPERM: SEALED,
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
      en: 'The advice is unknown to this kernel, the address is not a multiple of the page size (of hugetlb memory, the huge page size), or the memory is locked (or of a kind) that this advice refuses.',
      zh: '此内核不认识该建议、地址不是页大小（对 hugetlb 内存为大页大小）的整数倍，或内存已锁定（或属于某种类型）而该建议拒绝处理。',
    },
    EIO: { en: 'Reading the pages in failed.', zh: '调入页面时读取失败。' },
    EHWPOISON: { en: 'A page of the range has a hardware memory error.', zh: '范围中有一页存在硬件内存错误。' },
    ENOMEM: {
      en: 'Part of the range is not mapped (the mapped parts were advised all the same), or memory ran out.',
      zh: '范围中有一部分没有映射（已映射的部分仍已处理），或内存不足。',
    },
    EPERM: {
      en: 'This advice needs a privilege (CAP_SYS_ADMIN for HWPOISON), the mapping is sealed, or a filter (seccomp) forbids the call.',
      zh: '该建议需要特权（HWPOISON 需要 CAP_SYS_ADMIN）、映射已被封印，或过滤器（seccomp）禁止此调用。',
    },
  },
  mincore: {
    EAGAIN: { en: 'The kernel is short of memory for now.', zh: '内核暂时内存不足。' },
    EFAULT: { en: 'The vector for the answer is not writable memory.', zh: '存放结果的向量不是可写内存。' },
    EINVAL: { en: 'The address is not a multiple of the page size.', zh: '地址不是页大小的整数倍。' },
    ENOMEM: {
      en: 'Part of the range is not mapped, or it leaves user space.',
      zh: '范围中有一部分没有映射，或超出用户空间。',
    },
    EPERM: FILTERED,
  },
  mremap: {
    EAGAIN: {
      en: 'The mapping is locked, and growing it would exceed RLIMIT_MEMLOCK.',
      zh: '映射已锁定，增大它会超过 RLIMIT_MEMLOCK。',
    },
    EFAULT: {
      en: 'Part of the old range is not mapped, or it holds more than one mapping.',
      zh: '旧范围中有一部分没有映射，或包含不止一个映射。',
    },
    EINVAL: {
      en: 'An address is not a multiple of the page size, the new length is 0, the flags contradict each other, or old and new range overlap.',
      zh: '地址不是页大小的整数倍、新长度为 0、标志互相矛盾，或新旧范围重叠。',
    },
    ENOMEM: {
      en: 'There is no room to grow in place and MREMAP_MAYMOVE was not given, address space or overcommit refuses it, or the process has too many mappings (vm.max_map_count).',
      zh: '原地没有空间增大且未给出 MREMAP_MAYMOVE、地址空间或 overcommit 拒绝，或进程映射数过多（vm.max_map_count）。',
    },
    EPERM: SEALED,
  },
  process_madvise: {
    EBADF: { en: 'The descriptor isn’t a pidfd.', zh: '描述符不是 pidfd。' },
    EFAULT: { en: 'The list of ranges is not readable memory.', zh: '范围列表不是可读内存。' },
    EINVAL: {
      en: 'This advice may not be given to another process, a range is not made of whole pages, or it is locked.',
      zh: '不能对其他进程给出该建议、范围不是整页，或内存已锁定。',
    },
    EINTR: { en: 'A signal interrupted the call.', zh: '调用被信号中断。' },
    ENOMEM: { en: 'Part of a range is not mapped in that process.', zh: '该进程中范围的一部分没有映射。' },
    EPERM: {
      en: 'Advising another process needs CAP_SYS_NICE and the right to read its memory.',
      zh: '对其他进程给出建议需要 CAP_SYS_NICE，以及读取其内存的权限。',
    },
    ENOSYS: {
      en: 'This kernel has no process_madvise (Linux 5.10).',
      zh: '此内核没有 process_madvise（Linux 5.10 起）。',
    },
    ESRCH: { en: 'The process has ended.', zh: '进程已经结束。' },
  },
};
