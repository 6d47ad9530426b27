import type { ProcessRow } from './processes.ts';
import type { Result } from './result.ts';
import { exactBytes } from './size.ts';
import type { Text } from './text.ts';

/** A sentence of measured numbers, each with what it counts. */
export type Sentence = Pick<Result, 'text' | 'values'>;

/**
 * What a process has locked of what it may, and what its next mlock(2) would come to; of one that locks nothing, what
 * it has in memory. It follows from VmLck, the soft limit and CAP_IPC_LOCK alone (`do_mlock` in mm/mlock.c), all of
 * which the world may read.
 */
export function processSentence(row: ProcessRow, pageSize: number): Sentence {
  const { lockLimitBytes: limit, vmLckBytes: locked } = row;
  const values: Sentence['values'] = {
    name: { value: row.name ?? `${row.pid}`, unit: 'plain' },
    locked: { value: locked, unit: 'bytes', state: 'locked' },
    limit: { value: limit === 'unlimited' ? null : limit, unit: 'bytes' },
    rss: { value: row.rssBytes, unit: 'bytes', state: 'resident' },
    anon: { value: row.anonBytes, unit: 'bytes' },
    file: { value: row.fileBytes, unit: 'bytes' },
    shmem: { value: row.shmemBytes, unit: 'bytes' },
    swap: { value: row.swapBytes, unit: 'bytes', state: 'swapped' },
  };
  if (row.reason && row.rssBytes === null) return { text: withName(row.reason), values };
  if (!locked) return { text: joined(inMemory(row), locked === null ? nothing : lockingNothing(row)), values };
  if (limit === 'unlimited') return { text: noLimit, values };
  if (limit === null) return { text: limitUnknown, values };
  if (row.ipcLock) return { text: limitIgnored, values };
  const left = Math.floor(limit / pageSize) * pageSize - locked;
  const next = limit === 0 ? notAtAll : left <= 0 ? noMore : upTo;
  return {
    text: joined(ofItsLimit, row.ipcLock === null ? joined(unlessPrivileged, next) : next),
    values: { ...values, left: { value: exactBytes(Math.max(0, left)), unit: 'plain' } },
  };
}

const joined = (...texts: readonly Text[]): Text => ({
  en: texts.map(({ en }) => en).join(''),
  zh: texts.map(({ zh }) => zh).join(''),
});

const nothing: Text = { en: '', zh: '' };

const withName = ({ en, zh }: Text): Text => ({ en: `{name}: ${en}`, zh: `{name}：${zh}` });

const ofItsLimit: Text = {
  en: '{name} has {locked} of the {limit} it may lock.',
  zh: '{name} 可锁定 {limit}，已锁定 {locked}。',
};
const upTo: Text = {
  en: ' An mlock of more than {left} would now fail with ENOMEM.',
  zh: '再用 mlock 锁定超过 {left}，会因 ENOMEM 失败。',
};
const noMore: Text = {
  en: ' Any further mlock would now fail with ENOMEM.',
  zh: '再用 mlock 锁定任何内存都会因 ENOMEM 失败。',
};
const notAtAll: Text = {
  en: ' Any further mlock would now fail with EPERM.',
  zh: '再用 mlock 锁定任何内存都会因 EPERM 失败。',
};
const unlessPrivileged: Text = {
  en: ' Whether it has CAP_IPC_LOCK is unknown; without it:',
  zh: '是否拥有 CAP_IPC_LOCK 未知；若没有：',
};
const noLimit: Text = {
  en: '{name} has {locked} locked, and no limit: only memory itself is one.',
  zh: '{name} 已锁定 {locked}，没有上限：只受内存本身限制。',
};
const limitUnknown: Text = {
  en: '{name} has {locked} locked. Its limit is unknown.',
  zh: '{name} 已锁定 {locked}，其上限未知。',
};
const limitIgnored: Text = {
  en: '{name} has {locked} locked. It has CAP_IPC_LOCK, so its limit of {limit} counts only in a user namespace.',
  zh: '{name} 已锁定 {locked}。它拥有 CAP_IPC_LOCK，上限 {limit} 只在用户命名空间中起作用。',
};

function inMemory({ anonBytes, fileBytes, swapBytes, shmemBytes }: ProcessRow): Text {
  if (anonBytes === null && fileBytes === null)
    return { en: '{name} has {rss} in memory.', zh: '{name} 在内存中有 {rss}。' };
  const shared = shmemBytes ? { en: ', {shmem} shared', zh: '、共享 {shmem}' } : nothing;
  const swapped = swapBytes ? { en: ', and {swap} in swap', zh: '，另有 {swap} 在交换区' } : nothing;
  return {
    en: `{name} has {rss} in memory: {anon} anonymous, {file} of files${shared.en}${swapped.en}.`,
    zh: `{name} 在内存中有 {rss}：匿名 {anon}、文件 {file}${shared.zh}${swapped.zh}。`,
  };
}

function lockingNothing({ lockLimitBytes: limit, ipcLock }: ProcessRow): Text {
  if (limit === null) return { en: ' It locks nothing.', zh: '它没有锁定内存。' };
  if (limit === 'unlimited') return { en: ' It locks nothing, and has no limit.', zh: '它没有锁定内存，也没有上限。' };
  if (ipcLock) {
    return {
      en: ' It locks nothing; with CAP_IPC_LOCK it may lock more than its limit of {limit}.',
      zh: '它没有锁定内存；拥有 CAP_IPC_LOCK，可超出上限 {limit}。',
    };
  }
  if (limit === 0) return { en: ' It locks nothing, and may lock nothing.', zh: '它没有锁定内存，也不允许锁定。' };
  return { en: ' It locks nothing of the {limit} it may.', zh: '它可锁定 {limit}，没有锁定内存。' };
}
