/** What core files are claimed to hold. */
export const coreClaims = {
  unprotected: {
    en: 'Core file: the unprotected marker is found in its page',
    zh: 'core 文件：未保护的标记在其所在页中被找到的次数',
    unit: 'occurrences',
  },
  protected: {
    en: 'Core file: the marker under MADV_DONTDUMP is found',
    zh: 'core 文件：设了 MADV_DONTDUMP 的标记被找到的次数',
    unit: 'occurrences',
  },
  secret: {
    en: 'Core file: the marker in memfd_secret is found',
    zh: 'core 文件：memfd_secret 中的标记被找到的次数',
    unit: 'occurrences',
  },
  listed: {
    en: 'Core file: it lists the protected mapping, and holds this much of it',
    zh: 'core 文件：列有受保护的映射，而其中的内容为',
    unit: 'bytes',
  },
  'gcore-all': {
    en: 'gcore -a overrides MADV_DONTDUMP: the protected marker is found in its page',
    zh: 'gcore -a 无视 MADV_DONTDUMP：受保护的标记在其所在页中被找到的次数',
    unit: 'occurrences',
  },
  'gcore-all-secret': {
    en: 'But not memfd_secret: its marker is found',
    zh: '但无法得到 memfd_secret：其标记被找到的次数',
    unit: 'occurrences',
  },
} as const;

/** What the experiment states, in the order in which it is read. */
export const claims = {
  locked: { en: 'smaps has the protected pages in a locked mapping', zh: 'smaps 显示受保护的页位于被锁定的映射中' },
  'dont-dump': {
    en: 'Protected pages that core files leave out (dd in smaps)',
    zh: '不写入 core 文件的受保护页（smaps 中的 dd）',
  },
  'vm-lck': { en: 'mlock makes VmLck grow by these pages', zh: 'mlock 使 VmLck 恰好增加这些页的量', unit: 'bytes' },
  'secret-vm-lck': {
    en: 'VmLck grows by memfd_secret from its mapping on, or not at all where the kernel counts each page when it is touched',
    zh: 'VmLck 从映射起就增加 memfd_secret 的大小，而在访问时才逐页计数的内核上完全不增加',
    unit: 'bytes',
  },
  'others-read': {
    en: 'A lock keeps no debugger from reading: bytes that process_vm_readv gets of the protected page',
    zh: '锁定不阻止调试器读取：process_vm_readv 从受保护的页读到的字节数',
  },
  'others-cannot': {
    en: 'process_vm_readv of memfd_secret answers EFAULT',
    zh: '对 memfd_secret 调用 process_vm_readv 返回 EFAULT',
  },
  ...coreClaims,
  'not-dumpable': {
    en: 'With PR_SET_DUMPABLE 0 an abort leaves no core file: core files',
    zh: 'PR_SET_DUMPABLE 为 0 时中止不产生 core 文件：core 文件数',
  },
  wiped: {
    en: 'After explicit_bzero all three read as zeros: bytes that are not zero',
    zh: 'explicit_bzero 之后三者读出均为零：非零字节数',
  },
  released: {
    en: 'After munlock and munmap VmLck is what it was',
    zh: 'munlock 与 munmap 之后 VmLck 恢复原值',
    unit: 'bytes',
  },
} as const;
