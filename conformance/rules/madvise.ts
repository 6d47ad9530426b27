/** Rules of madvise(2). */
import { copyOut } from '../../native/calls/bytes.ts';
import { mlock } from '../../native/calls/mlock.ts';
import { MADV, madvise, munmap } from '../../native/calls/mman.ts';
import { touchRead, touchWrite } from '../../native/calls/touch.ts';
import { PageBit } from '../../native/pages/page-bit.ts';
import { at, bytes, gives, lockedPages, pageNumbers, type Rule, rules, same, withPages, write } from '../rule.ts';
import { ADVICE, known, look, type MadviseAdvice, needs, needsZeroPage, onlyRead, WRITTEN, zeroToo } from './advice.ts';
import { dumpAdviceRules } from './advice-dump.ts';
import { forkAdviceRules } from './advice-fork.ts';
import { reclaimRules } from './advice-reclaim.ts';
import { specialAdviceRules } from './advice-remove.ts';

function table(advice: MadviseAdvice): readonly Omit<Rule, 'call'>[] {
  const source = `madvise(2), Linux ${advice.since}`;
  return [
    {
      rule: { en: `MADV_${advice.name} succeeds on unlocked memory`, zh: `MADV_${advice.name} 对未锁定的内存成功` },
      source,
      as: 'any',
      check: () => known(advice),
    },
    {
      rule:
        advice.locked === null
          ? { en: `MADV_${advice.name} succeeds on locked memory`, zh: `MADV_${advice.name} 对已锁定的内存成功` }
          : {
              en: `MADV_${advice.name} refuses locked memory with EINVAL`,
              zh: `MADV_${advice.name} 拒绝已锁定的内存，返回 EINVAL`,
            },
      source,
      as: 'any',
      check: () => {
        known(advice);
        withPages(2, (a) => {
          gives(mlock(a, bytes(2)), null, 'mlock');
          gives(madvise(a, bytes(2), MADV[advice.name]), advice.locked, `MADV_${advice.name}`);
        });
      },
    },
  ];
}

export const madviseRules = [
  ...rules('madvise', [
    ...ADVICE.flatMap(table),
    {
      rule: { en: 'an address inside a page is EINVAL', zh: '不在页边界上的地址返回 EINVAL' },
      source: 'madvise(2)',
      as: 'any',
      check: () => withPages(1, (a) => gives(madvise(a + 1n, 1, MADV.NORMAL), 'EINVAL', 'madvise')),
    },
    {
      rule: { en: 'an unknown advice is EINVAL', zh: '未知的建议返回 EINVAL' },
      source: 'madvise(2)',
      as: 'any',
      check: () => withPages(1, (a) => gives(madvise(a, bytes(1), 9999), 'EINVAL', 'madvise')),
    },
    {
      rule: { en: 'length 0 succeeds', zh: '长度为 0 时成功' },
      source: 'madvise(2)',
      as: 'any',
      check: () => withPages(1, (a) => gives(madvise(a, 0, MADV.DONTNEED), null, 'madvise')),
    },
    {
      rule: {
        en: 'over a hole: ENOMEM, and the mapped parts on both sides are advised',
        zh: '跨越空洞：返回 ENOMEM，两侧已映射的部分仍按建议处理',
      },
      source: 'madvise(2)',
      as: 'any',
      check: () =>
        withPages(3, (a) => {
          write(a, 0, 3);
          munmap(at(a, 1), bytes(1));
          gives(madvise(a, bytes(3), MADV.DONTNEED), 'ENOMEM', 'MADV_DONTNEED');
          same([look(a, 1)[0], look(at(a, 2), 1)[0]], [0, 0], 'pages 0 and 2');
        }),
    },
    {
      rule: {
        en: 'DONTNEED drops anonymous pages at once; read again, they are new and full of zeros',
        zh: 'DONTNEED 立即丢弃匿名页；再次读取时是全零的新页',
      },
      source: 'madvise(2)',
      as: 'any',
      check: () =>
        withPages(2, (a) => {
          write(a, 0, 2);
          gives(madvise(a, bytes(2), MADV.DONTNEED), null, 'MADV_DONTNEED');
          same(look(a, 2), [0, 0], 'after the drop');
          gives(touchRead(a, pageNumbers(0, 1)), null, 'reading page 0');
          same(look(a, 2, false, zeroToo), [onlyRead(), 0], 'after the read');
          const first = new Uint8Array(1);
          copyOut(a, 1, first);
          same(first[0], 0, 'the first byte, to which 1 was written');
        }),
    },
    {
      rule: {
        en: 'DONTNEED over unlocked and then locked pages drops the first and answers EINVAL',
        zh: 'DONTNEED 的范围先是未锁定、后是已锁定的页时，丢弃前者并返回 EINVAL',
      },
      source: 'madvise(2), mm/madvise.c',
      as: 'any',
      check: () =>
        withPages(4, (a) => {
          gives(madvise(a, bytes(4), MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
          write(a, 0, 4);
          gives(mlock(at(a, 2), bytes(2)), null, 'mlock');
          gives(madvise(a, bytes(4), MADV.DONTNEED), 'EINVAL', 'MADV_DONTNEED');
          const kept = WRITTEN | PageBit.Locked;
          same(look(a, 4), [0, 0, kept, kept], 'pages');
        }),
    },
    {
      rule: {
        en: 'DONTNEED_LOCKED drops locked pages and leaves VmLck as it was',
        zh: 'DONTNEED_LOCKED 丢弃已锁定的页，VmLck 不变',
      },
      source: 'madvise(2), Linux 5.18',
      as: 'any',
      check: () => {
        needs('DONTNEED_LOCKED');
        withPages(2, (a) => {
          gives(mlock(a, bytes(2)), null, 'mlock');
          const before = lockedPages();
          gives(madvise(a, bytes(2), MADV.DONTNEED_LOCKED), null, 'MADV_DONTNEED_LOCKED');
          same(look(a, 2), [PageBit.Locked, PageBit.Locked], 'pages');
          same(lockedPages(), before, 'VmLck');
        });
      },
    },
    {
      rule: { en: 'DONTDUMP sets the flag dd, DODUMP clears it', zh: 'DONTDUMP 设置标志 dd，DODUMP 清除它' },
      source: 'madvise(2), proc_pid_smaps(5)',
      as: 'any',
      check: () =>
        withPages(2, (a) => {
          gives(madvise(a, bytes(1), MADV.DONTDUMP), null, 'MADV_DONTDUMP');
          same(look(a, 2, true), [PageBit.DontDump, 0], 'after DONTDUMP');
          gives(madvise(a, bytes(1), MADV.DODUMP), null, 'MADV_DODUMP');
          same(look(a, 2, true), [0, 0], 'after DODUMP');
        }),
    },
    {
      rule: {
        en: 'POPULATE_READ maps the zero page, POPULATE_WRITE pages of their own',
        zh: 'POPULATE_READ 映射零页，POPULATE_WRITE 则给出独立的页',
      },
      source: 'madvise(2), Linux 5.14',
      as: 'any',
      check: () => {
        needs('POPULATE_READ');
        needsZeroPage();
        withPages(4, (a) => {
          gives(madvise(a, bytes(4), MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
          gives(madvise(a, bytes(2), MADV.POPULATE_READ), null, 'MADV_POPULATE_READ');
          gives(madvise(at(a, 2), bytes(2), MADV.POPULATE_WRITE), null, 'MADV_POPULATE_WRITE');
          same(look(a, 4, false, zeroToo), [onlyRead(), onlyRead(), WRITTEN, WRITTEN], 'pages');
        });
      },
    },
    {
      rule: {
        en: 'GUARD_INSTALL drops the page and makes every access fault; GUARD_REMOVE gives a fresh page',
        zh: 'GUARD_INSTALL 丢弃该页并使任何访问出错；GUARD_REMOVE 之后是全新的页',
      },
      source: 'madvise(2), Linux 6.13',
      as: 'any',
      check: () => {
        needs('GUARD_INSTALL');
        withPages(3, (a) => {
          write(a, 0, 3);
          gives(madvise(at(a, 1), bytes(1), MADV.GUARD_INSTALL), null, 'MADV_GUARD_INSTALL');
          // Zero without Present is a guard page, where the kernel tells (Linux 6.16).
          same(
            [0, PageBit.Zero].includes(look(a, 3)[1] ?? -1),
            true,
            'the guard page is neither there nor swapped out',
          );
          const touched = touchWrite(a, pageNumbers(0, 3));
          gives(touched, 'EFAULT', 'writing to all three');
          if (touched.errno !== null)
            same([touched.touched, touched.page], [1, 1], 'pages written, and the page that faulted');
          gives(madvise(at(a, 1), bytes(1), MADV.GUARD_REMOVE), null, 'MADV_GUARD_REMOVE');
          gives(touchRead(a, pageNumbers(1, 1)), null, 'reading page 1');
          same(look(a, 3, false, zeroToo)[1], onlyRead(), 'page 1');
        });
      },
    },
  ]),
  ...forkAdviceRules,
  ...dumpAdviceRules,
  ...reclaimRules,
  ...specialAdviceRules,
];
