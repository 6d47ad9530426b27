/** Rules of mlock2(2). */

import { MLOCK, mlock, mlock2 } from '../../native/calls/mlock.ts';
import type { Text } from '../../native/errno-meanings/text.ts';
import { isLocked } from '../../native/proc/vma.ts';
import {
  at,
  bytes,
  gives,
  inCore,
  lockedPages,
  type Rule,
  rules,
  same,
  smapsOf,
  withHole,
  withMemlock,
  withPages,
  write,
} from '../rule.ts';

/** On fault, `length` bytes from a page boundary lock `pages` pages and bring none in. */
function onFault(said: Text, length: () => number, pages: number): Omit<Rule, 'call'> {
  return {
    rule: {
      en: `on fault, ${said.en}: VmLck grows by ${pages}, and no page is in core`,
      zh: `缺页时锁定${said.zh}：VmLck 增加 ${pages} 页，没有页驻留`,
    },
    source: 'mlock2(2), Linux 4.4, Linux Test Project mlock203',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        const before = lockedPages();
        gives(mlock2(a, length(), MLOCK.ONFAULT), null, 'mlock2');
        same(lockedPages() - before, pages, 'pages added to VmLck');
        same(inCore(a, 4), 0, 'pages in core');
      }),
  };
}

export const mlock2Rules = rules('mlock2', [
  {
    rule: { en: 'flags −1 are EINVAL', zh: '标志为 −1 返回 EINVAL' },
    source: 'mlock2(2), Linux Test Project mlock202',
    as: 'any',
    check: () => withPages(1, (a) => gives(mlock2(a, bytes(1), -1), 'EINVAL', 'mlock2')),
  },
  {
    rule: { en: 'an unknown flag is EINVAL, and locks nothing', zh: '未知的标志返回 EINVAL，且什么也不锁' },
    source: 'mlock2(2)',
    as: 'any',
    check: () =>
      withPages(1, (a) => {
        gives(mlock2(a, bytes(1), 2), 'EINVAL', 'mlock2');
        same(isLocked(a, bytes(1)).locked, false, 'locked');
      }),
  },
  {
    rule: { en: 'flags 0 are mlock: locked and in core', zh: '标志为 0 等同于 mlock：锁定并驻留' },
    source: 'mlock2(2)',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        gives(mlock2(a, bytes(4), 0), null, 'mlock2');
        same(inCore(a, 4), 4, 'pages in core');
        same(isLocked(a, bytes(4)).locked, true, 'locked');
      }),
  },
  onFault({ en: 'one untouched page', zh: '一个未访问的页' }, () => bytes(1), 1),
  onFault({ en: '2 pages and one byte', zh: ' 2 页零一个字节' }, () => bytes(2) + 1, 3),
  onFault({ en: '2 pages less one byte', zh: ' 2 页少一个字节' }, () => bytes(2) - 1, 2),
  {
    rule: {
      en: 'on fault, 4 of 8 pages touched: VmLck grows by 8, 4 are in core',
      zh: '缺页时锁定 8 页并访问其中 4 页：VmLck 增加 8 页，4 页驻留',
    },
    source: 'mlock2(2), Linux Test Project mlock201',
    as: 'any',
    check: () =>
      withPages(8, (a) => {
        const before = lockedPages();
        gives(mlock2(a, bytes(8), MLOCK.ONFAULT), null, 'mlock2');
        write(a, 0, 4);
        same([lockedPages() - before, inCore(a, 8)], [8, 4], 'pages added to VmLck, and pages in core');
      }),
  },
  {
    rule: {
      en: 'on fault, pages that are there already stay and are locked',
      zh: '缺页时锁定：已在内存中的页留下并被锁定',
    },
    source: 'mlock2(2)',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        write(a, 0, 2);
        gives(mlock2(a, bytes(4), MLOCK.ONFAULT), null, 'mlock2');
        same(smapsOf(a, 4).lockedBytes, bytes(2), 'Locked in smaps');
      }),
  },
  {
    rule: {
      en: 'in smaps a mapping locked on fault has the flags lo and lf, one locked in full only lo',
      zh: 'smaps 中缺页时锁定的映射有标志 lo 和 lf，完全锁定的只有 lo',
    },
    source: 'proc_pid_smaps(5), Linux 4.4',
    as: 'any',
    check: () =>
      withPages(2, (a) => {
        gives(mlock2(a, bytes(2), MLOCK.ONFAULT), null, 'mlock2');
        const onFaultFlags = smapsOf(a, 2);
        gives(mlock(a, bytes(2)), null, 'mlock');
        const full = smapsOf(a, 2);
        same([onFaultFlags.locked, onFaultFlags.onFault], [true, true], 'lo and lf on fault');
        same([full.locked, full.onFault], [true, false], 'lo and lf in full');
      }),
  },
  {
    rule: {
      en: 'locked on fault and then in full: charged once, and all in core',
      zh: '先缺页时锁定、再完全锁定：只计一次，且全部驻留',
    },
    source: 'mlock2(2), mm/mlock.c',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        const before = lockedPages();
        gives(mlock2(a, bytes(4), MLOCK.ONFAULT), null, 'on fault');
        gives(mlock(a, bytes(4)), null, 'in full');
        same([lockedPages() - before, inCore(a, 4)], [4, 4], 'pages added to VmLck, and pages in core');
      }),
  },
  {
    rule: {
      en: 'a range that is not mapped is ENOMEM, on fault too',
      zh: '没有映射的范围返回 ENOMEM，缺页时锁定也一样',
    },
    source: 'mlock2(2)',
    as: 'any',
    check: () => withHole((hole) => gives(mlock2(hole, bytes(1), MLOCK.ONFAULT), 'ENOMEM', 'mlock2')),
  },
  {
    rule: {
      en: 'on fault, one page over the limit is ENOMEM though nothing is brought in',
      zh: '缺页时锁定超过上限一页返回 ENOMEM，尽管什么也不会调入',
    },
    source: 'mlock2(2), getrlimit(2)',
    as: 'user',
    check: () =>
      withMemlock(65536n, () =>
        withPages(64, (a) => gives(mlock2(a, 65537, MLOCK.ONFAULT), 'ENOMEM', 'mlock2 of 64 KiB + 1')),
      ),
  },
  {
    rule: { en: 'at limit 0 it is EPERM, on fault too', zh: '上限为 0 时返回 EPERM，缺页时锁定也一样' },
    source: 'mlock2(2)',
    as: 'user',
    check: () =>
      withPages(1, (a) => withMemlock(0n, () => gives(mlock2(a, bytes(1), MLOCK.ONFAULT), 'EPERM', 'mlock2'))),
  },
  {
    rule: { en: 'an address inside a page is rounded down', zh: '不在页边界上的地址向下取整' },
    source: 'mlock2(2)',
    as: 'any',
    check: () =>
      withPages(2, (a) => {
        gives(mlock2(a + 100n, 1, MLOCK.ONFAULT), null, 'mlock2');
        same(
          [isLocked(a, bytes(1)).locked, isLocked(at(a, 1), bytes(1)).locked],
          [true, false],
          'pages 0 and 1 locked',
        );
      }),
  },
]);
