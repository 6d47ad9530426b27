/** Files and views: of memory, of the page cache, of /proc. */
import type { Meanings, Table, Text } from './text.ts';

/** Also of calls that give a descriptor without being about files. */
export const TOO_MANY_OPEN: Text = {
  en: 'This process has too many open descriptors (RLIMIT_NOFILE).',
  zh: '本进程打开的描述符过多（RLIMIT_NOFILE）。',
};
/** ENFILE of any call that opens. */
export const SYSTEM_TOO_MANY_OPEN: Text = {
  en: 'The system has too many open files.',
  zh: '系统打开的文件过多。',
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

export const files: Table = {
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
  smaps_rollup: FILE,
  limits: FILE,
  memfd_create: {
    EINVAL: { en: 'A flag is unknown, or the name is over 249 bytes long.', zh: '标志未知，或名字超过 249 字节。' },
    EACCES: {
      en: 'Only memory files that can’t be executed are allowed here (vm.memfd_noexec).',
      zh: '此处只允许不可执行的内存文件（vm.memfd_noexec）。',
    },
    EMFILE: TOO_MANY_OPEN,
    ENFILE: SYSTEM_TOO_MANY_OPEN,
    ENOMEM: { en: 'The kernel had no memory for the file.', zh: '内核没有内存来建立文件。' },
  },
  memfd_secret: {
    EINVAL: { en: 'A flag is unknown.', zh: '标志未知。' },
    EMFILE: TOO_MANY_OPEN,
    ENFILE: SYSTEM_TOO_MANY_OPEN,
    ENOMEM: { en: 'The kernel had no memory for the file.', zh: '内核没有内存来建立文件。' },
    ENOSYS: {
      en: 'This kernel has no memfd_secret (Linux 5.14), or it is turned off (secretmem.enable=0, the default before 6.5).',
      zh: '此内核没有 memfd_secret（Linux 5.14 起），或已关闭（secretmem.enable=0，6.5 之前的默认值）。',
    },
    EPERM: { en: 'A sandbox forbids it.', zh: '被沙箱禁止。' },
  },
  ftruncate: {
    EBADF: { en: 'The descriptor is not open for writing.', zh: '描述符没有以写方式打开。' },
    EFBIG: { en: 'The length is over the largest file size.', zh: '长度超过最大文件大小。' },
    EINVAL: {
      en: 'The length is negative, or this file can’t be sized (a memfd_secret has its size set only once).',
      zh: '长度为负，或此文件不能改变大小（memfd_secret 只能设置一次大小）。',
    },
    EPERM: { en: 'A seal forbids the new size.', zh: '封印（seal）不允许新的大小。' },
  },
  posix_fadvise: {
    EBADF: { en: 'The descriptor is not open.', zh: '描述符未打开。' },
    EINVAL: { en: 'The advice is unknown, or the length is negative.', zh: '建议未知，或长度为负。' },
    ESPIPE: { en: 'The descriptor is a pipe.', zh: '描述符是管道。' },
  },
  cachestat: {
    EBADF: { en: 'The descriptor is not open.', zh: '描述符未打开。' },
    EFAULT: { en: 'An argument points outside of memory.', zh: '某个参数指向无效内存。' },
    EINVAL: { en: 'A flag was given, but this call has none.', zh: '给出了标志，而此调用没有任何标志。' },
    ENOSYS: { en: 'This kernel has no cachestat (Linux 6.5).', zh: '此内核没有 cachestat（Linux 6.5 起）。' },
    EOPNOTSUPP: { en: 'Files of huge pages (hugetlbfs) are not counted.', zh: '不统计大页文件（hugetlbfs）。' },
    EPERM: {
      en: 'The file is neither writable by this user nor owned by it, so what is cached of it is kept secret: mincore then says that every page is resident.',
      zh: '该文件不可由此用户写入，也不属于此用户，因此不透露其缓存情况：这时 mincore 说每一页都驻留。',
    },
  },
};
