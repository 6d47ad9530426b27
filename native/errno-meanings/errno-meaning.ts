/**
 * What an errno means for the call that gave it, in one sentence: ENOMEM of `mlock` has nothing to do with free memory.
 * From the ERRORS sections of the man pages and, where those are silent, the kernel's source (6.18).
 */
import type { ErrnoName } from '../libc/errno.ts';
import { files } from './files.ts';
import { locking } from './locking.ts';
import { mapping } from './mapping.ts';
import { processes } from './processes.ts';
import type { Meanings, Table, Text } from './text.ts';

export type { Text } from './text.ts';

const MEANINGS: Table = { ...mapping, ...locking, ...processes, ...files };

/** Said of an errno that the tables have nothing for. */
const GENERIC: Meanings = {
  EACCES: { en: 'Access is denied.', zh: '访问被拒绝。' },
  EAGAIN: { en: 'A resource is short for now.', zh: '资源暂时不足。' },
  EFAULT: { en: 'An argument points outside of memory.', zh: '某个参数指向无效内存。' },
  EINTR: { en: 'A signal interrupted the call.', zh: '调用被信号中断。' },
  EINVAL: { en: 'An argument is not valid.', zh: '某个参数无效。' },
  ENOMEM: { en: 'Memory or address space is short.', zh: '内存或地址空间不足。' },
  ENOSYS: {
    en: 'This kernel does not have the call, or a filter (seccomp) answers so.',
    zh: '此内核没有这个调用，或过滤器（seccomp）这样回答。',
  },
  EPERM: {
    en: 'A privilege is missing, or a filter (seccomp) forbids the call.',
    zh: '缺少特权，或过滤器（seccomp）禁止此调用。',
  },
};

/**
 * What `errno` says when `call` (its man-page name, or PAGEMAP_SCAN, PROCMAP_QUERY, or a proc file's name) gave it. An
 * errno that the call is not known to give gets its general sense.
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
