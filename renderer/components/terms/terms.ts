import type { Text } from '../../../protocol/text.ts';

/** A word that a reader may not know, in one sentence. */
export interface Term {
  readonly id: string;
  readonly title: Text;
  /** How it stands in a text; its title as well. Longer ones first. */
  readonly words?: { readonly en: readonly string[]; readonly zh: readonly string[] };
  readonly text: Text;
  /** Where the guide says more: a chapter, and the name of a heading of it. */
  readonly chapter: string;
  readonly heading?: string;
}

/** Every term that has a card. */
export const terms: readonly Term[] = [
  {
    id: 'minor-fault',
    title: { en: 'minor fault', zh: '次缺页' },
    words: { en: ['minor faults', 'minor page fault'], zh: [] },
    text: {
      en: 'The processor found no entry for the page in the page table, and the kernel could fill one in without reading from a disk.',
      zh: '处理器在页表中找不到该页的表项，内核无需读磁盘就能填入。',
    },
    chapter: 'prefault-and-real-time',
    heading: 'what-a-first-touch-costs',
  },
  {
    id: 'major-fault',
    title: { en: 'major fault', zh: '主缺页' },
    words: { en: ['major faults'], zh: [] },
    text: {
      en: 'A page fault for which the kernel had to read from a disk: from swap, or from a file that was not in the page cache.',
      zh: '内核必须读磁盘才能处理的缺页：从交换区读，或从不在页缓存中的文件读。',
    },
    chapter: 'prefault-and-real-time',
    heading: 'what-a-first-touch-costs',
  },
  {
    id: 'resident',
    title: { en: 'resident', zh: '驻留' },
    text: {
      en: 'In memory at this moment, so that it could be had without reading from a disk; it says nothing of the next moment.',
      zh: '此刻在内存中，不读磁盘就能得到；它不说明下一刻如何。',
    },
    chapter: 'what-mincore-tells',
    heading: 'resident-and-locked-are-two-questions',
  },
  {
    id: 'zero-page',
    title: { en: 'zero page', zh: '零页' },
    words: { en: ['shared zero page', 'zero pages'], zh: ['共享零页', '共享的零页'] },
    text: {
      en: 'One page of zeros that the kernel maps wherever memory was read but never written: resident, and it takes no memory itself.',
      zh: '内核的一页全零；凡是读过而从未写过的内存都映射到它：算作驻留，自身却不占内存。',
    },
    chapter: 'what-mincore-tells',
    heading: 'before-and-after-touching',
  },
  {
    id: 'vmlck',
    title: { en: 'VmLck', zh: 'VmLck' },
    text: {
      en: 'How much memory a process has locked, from /proc/PID/status: whole ranges, whether their pages are in memory or not.',
      zh: '进程锁定了多少内存，见 /proc/PID/status：按整个范围计算，无论页是否在内存中。',
    },
    chapter: 'why-did-mlock-fail',
    heading: 'what-each-errno-means',
  },
  {
    id: 'memlock-limit',
    title: { en: 'RLIMIT_MEMLOCK', zh: 'RLIMIT_MEMLOCK' },
    words: { en: ['memlock limit', 'soft limit'], zh: ['软上限'] },
    text: {
      en: 'The most bytes that a process without CAP_IPC_LOCK may have locked; the soft limit counts, and the hard limit is how far it may be raised.',
      zh: '没有 CAP_IPC_LOCK 的进程最多可以锁定的字节数；起作用的是软上限，硬上限是它可以提高到的值。',
    },
    chapter: 'why-did-mlock-fail',
    heading: 'what-each-errno-means',
  },
  {
    id: 'cap-ipc-lock',
    title: { en: 'CAP_IPC_LOCK', zh: 'CAP_IPC_LOCK' },
    text: {
      en: 'The capability that lifts the limit on locked memory, provided that the process has it in the initial user namespace.',
      zh: '解除锁定内存上限的权能，前提是进程在初始用户命名空间中拥有它。',
    },
    chapter: 'why-did-mlock-fail',
    heading: 'misunderstandings',
  },
  {
    id: 'enomem',
    title: { en: 'ENOMEM', zh: 'ENOMEM' },
    words: { en: ['Cannot allocate memory'], zh: [] },
    text: {
      en: 'From mlock: a limit is reached, part of the range is not mapped, or the process has too many mappings. It seldom means that memory ran out.',
      zh: '来自 mlock 时：达到上限、范围中有一部分没有映射，或进程的映射太多；很少是内存用完了。',
    },
    chapter: 'why-did-mlock-fail',
    heading: 'what-each-errno-means',
  },
  {
    id: 'locked',
    title: { en: 'locked on fault', zh: '缺页时锁定' },
    words: { en: ['MLOCK_ONFAULT', 'lock on fault'], zh: ['MLOCK_ONFAULT'] },
    text: {
      en: 'The range is locked at once, and each of its pages stays in memory from its first touch on; none is brought in before.',
      zh: '范围立即锁定，而每一页从首次访问起才留在内存中，之前不会调入。',
    },
    chapter: 'mlock-mlock2-mlockall',
    heading: 'now-or-at-the-first-touch',
  },
  {
    id: 'page-table',
    title: { en: 'page table', zh: '页表' },
    text: {
      en: 'What the processor looks addresses up in: an entry says which page frame a page of the process is in.',
      zh: '处理器据以查找地址的表：表项说明进程的一页位于哪个页框。',
    },
    chapter: 'what-mincore-tells',
  },
  {
    id: 'page-cache',
    title: { en: 'page cache', zh: '页缓存' },
    text: {
      en: 'The kernel’s memory of file contents, which all processes share; mincore looks here for pages of files.',
      zh: '内核在内存中保存的文件内容，由各进程共享；对文件的页，mincore 查看的就是这里。',
    },
    chapter: 'what-mincore-tells',
    heading: 'files-since-linux-52-not-of-any-file',
  },
  {
    id: 'readahead',
    title: { en: 'readahead', zh: '预读' },
    text: {
      en: 'One touch of a file makes the kernel read the pages around or after it as well, as far as the advice allows.',
      zh: '访问文件的一页，内核会连同周围或之后的页一起读入，多少取决于访问建议。',
    },
    chapter: 'what-mincore-tells',
    heading: 'it-shows-only-the-present',
  },
  {
    id: 'core-file',
    title: { en: 'core file', zh: 'core 文件' },
    words: { en: ['core files', 'core dump', 'core dumps'], zh: [] },
    text: {
      en: 'What the kernel writes of a process’s memory when it crashes; a key that is in memory then is in the file.',
      zh: '进程崩溃时内核写出的内存内容；当时在内存中的密钥也就在文件里。',
    },
    chapter: 'keeping-a-key',
    heading: 'the-order-of-the-calls',
  },
  {
    id: 'dontdump',
    title: { en: 'MADV_DONTDUMP', zh: 'MADV_DONTDUMP' },
    text: {
      en: 'Advice that leaves a mapping out of core files, whatever the process’s filter says; gcore -a dumps it all the same.',
      zh: '使映射不写入 core 文件的建议，优先于进程的过滤器；gcore -a 仍会转储它。',
    },
    chapter: 'keeping-a-key',
    heading: 'the-order-of-the-calls',
  },
  {
    id: 'memfd-secret',
    title: { en: 'memfd_secret', zh: 'memfd_secret' },
    text: {
      en: 'Memory that the kernel takes out of its own page tables: no debugger, no core file and no hibernation image has it.',
      zh: '内核从自己的页表中移除的内存：调试器、core 文件和休眠映像都得不到它。',
    },
    chapter: 'keeping-a-key',
    heading: 'what-libraries-and-memfd_secret-do-instead',
  },
  {
    id: 'swap',
    title: { en: 'swap', zh: '交换区' },
    text: {
      en: 'Where on a disk the kernel puts pages that are not of a file when memory is short; a locked page is never put there.',
      zh: '内存不足时，内核把不属于文件的页放到磁盘上的地方；锁定的页不会放到那里。',
    },
    chapter: 'keeping-a-key',
    heading: 'what-this-does-not-protect-from',
  },
  {
    id: 'huge-page',
    title: { en: 'huge page', zh: '大页' },
    words: { en: ['transparent huge page', 'huge pages'], zh: ['透明大页'] },
    text: {
      en: '512 pages (2 MiB on x86-64) behind one entry of the page table: one touch brings in all of them.',
      zh: '页表的一个表项对应的 512 页（x86-64 上为 2 MiB）：访问一次就全部调入。',
    },
    chapter: 'mlock-mlock2-mlockall',
    heading: 'what-locked-memory-refuses',
  },
  {
    id: 'prefault',
    title: { en: 'prefault', zh: '预先调入' },
    words: { en: ['prefaulted', 'prefaulting'], zh: [] },
    text: {
      en: 'To bring pages in before they are needed, so that no access faults later.',
      zh: '在需要之前把页调入，使以后的访问不再缺页。',
    },
    chapter: 'prefault-and-real-time',
    heading: 'five-ways-to-be-ready',
  },
  {
    id: 'rss',
    title: { en: 'Rss', zh: 'Rss' },
    words: { en: ['RSS', 'VmRSS'], zh: ['RSS', 'VmRSS'] },
    text: {
      en: 'How much memory the page table of a process maps; shared pages count for each process, the zero page for none.',
      zh: '进程的页表映射了多少内存；共享的页对每个进程都计入，零页则不计。',
    },
    chapter: 'speculative-allocation',
    heading: 'freed-and-still-there',
  },
  {
    id: 'copy-on-write',
    title: { en: 'copy on write', zh: '写时复制' },
    words: { en: ['copied on write', 'copy-on-write'], zh: [] },
    text: {
      en: 'After fork parent and child share their pages; the first write to one of them gives the writer a copy, with a fault.',
      zh: 'fork 之后父子进程共享各页；首次写其中一页时，写的一方得到副本，并有一次缺页。',
    },
    chapter: 'mlock-mlock2-mlockall',
    heading: 'no-inheritance',
  },
  {
    id: 'process-vm-writev',
    title: { en: 'process_vm_writev', zh: 'process_vm_writev' },
    words: { en: ['process_vm_readv'], zh: ['process_vm_readv'] },
    text: {
      en: 'The system call by which Pagescope touches a page of its own process: the page faults as at an ordinary access, but what would end the process is answered EFAULT.',
      zh: 'Pagescope 借以访问自身进程的页的系统调用：与普通访问一样会缺页，但原本会终止进程的访问只返回 EFAULT。',
    },
    chapter: 'the-workbench',
    heading: 'act',
  },
  {
    id: 'overcommit',
    title: { en: 'overcommit', zh: 'overcommit' },
    text: {
      en: 'The kernel may promise more memory than there is (vm.overcommit_memory): what fails then is not the mapping, but the touch.',
      zh: '内核可以承诺多于实有的内存（vm.overcommit_memory）：届时失败的不是映射，而是访问。',
    },
    chapter: 'speculative-allocation',
    heading: 'addresses-first',
  },
];
