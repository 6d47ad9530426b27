import type { Step } from '../../../protocol/events.ts';
import type { Text } from '../../../protocol/text.ts';

/** What a call is for, where its name doesn’t say what the step does. */
const notes: Readonly<Record<string, Text>> = {
  process_vm_writev: {
    en: 'The write is made by process_vm_writev on the process itself: the page faults as at a store, but what would end the process is answered EFAULT.',
    zh: '写操作由 process_vm_writev 对进程自身完成：与普通写入一样会缺页，但原本会终止进程的访问只返回 EFAULT。',
  },
  process_vm_readv: {
    en: 'The read is made by process_vm_readv on the process itself: the page faults as at a load, but what would end the process is answered EFAULT.',
    zh: '读操作由 process_vm_readv 对进程自身完成：与普通读取一样会缺页，但原本会终止进程的访问只返回 EFAULT。',
  },
  mincore: {
    en: 'mincore only asks, and touches nothing: one byte a page says whether it could be had without reading from a disk.',
    zh: 'mincore 只是询问，不访问任何页：每页一个字节，说明不读磁盘能否得到它。',
  },
  clone: {
    en: 'clone makes a copy of the process, as fork does: both share the pages until one of them writes.',
    zh: 'clone 像 fork 一样复制进程：双方共享各页，直到其中一方写入。',
  },
  MADV_NOHUGEPAGE: {
    en: 'With MADV_NOHUGEPAGE the kernel brings in small pages alone, so that one touch is one page.',
    zh: '用了 MADV_NOHUGEPAGE，内核只调入小页，一次访问就是一页。',
  },
};

/** In a sentence, what a step’s call is and does; undefined where its title says it all. */
export function callNote({ call, arguments: given }: Pick<Step, 'call' | 'arguments'>): Text | undefined {
  return notes[call] ?? Object.values(given).flatMap((value) => notes[String(value)] ?? [])[0];
}
