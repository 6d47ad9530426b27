/** Rules of madvise(2). */
import { mlock } from '../mlock.ts';
import { MADV, madvise, munmap } from '../mman.ts';
import { PageBit } from '../page-bit.ts';
import { touchRead, touchWrite } from '../touch.ts';
import { ADVICE, type Advice, known, look, needs, WRITTEN } from './advice.ts';
import { dumpAdviceRules } from './advice-dump.ts';
import { forkAdviceRules } from './advice-fork.ts';
import { reclaimRules } from './advice-reclaim.ts';
import { specialAdviceRules } from './advice-remove.ts';
import { at, bytes, gives, lockedPages, pageNumbers, type Rule, rules, same, withPages, write } from './rule.ts';

function table(advice: Advice): readonly Omit<Rule, 'call'>[] {
  const source = `madvise(2), Linux ${advice.since}`;
  return [
    { rule: `MADV_${advice.name} succeeds on unlocked memory`, source, as: 'any', check: () => known(advice) },
    {
      rule: `MADV_${advice.name} ${advice.locked === null ? 'succeeds on' : 'refuses'} locked memory${advice.locked === null ? '' : ' with EINVAL'}`,
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
      rule: 'an address inside a page is EINVAL',
      source: 'madvise(2)',
      as: 'any',
      check: () => withPages(1, (a) => gives(madvise(a + 1n, 1, MADV.NORMAL), 'EINVAL', 'madvise')),
    },
    {
      rule: 'an unknown advice is EINVAL',
      source: 'madvise(2)',
      as: 'any',
      check: () => withPages(1, (a) => gives(madvise(a, bytes(1), 9999), 'EINVAL', 'madvise')),
    },
    {
      rule: 'length 0 succeeds',
      source: 'madvise(2)',
      as: 'any',
      check: () => withPages(1, (a) => gives(madvise(a, 0, MADV.DONTNEED), null, 'madvise')),
    },
    {
      rule: 'over a hole: ENOMEM, and the mapped parts on both sides are advised',
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
      rule: 'DONTNEED drops anonymous pages at once; read again, they are the zero page',
      source: 'madvise(2)',
      as: 'any',
      check: () =>
        withPages(2, (a) => {
          write(a, 0, 2);
          gives(madvise(a, bytes(2), MADV.DONTNEED), null, 'MADV_DONTNEED');
          same(look(a, 2), [0, 0], 'after the drop');
          gives(touchRead(a, pageNumbers(0, 1)), null, 'reading page 0');
          same(look(a, 2), [WRITTEN | PageBit.Zero, 0], 'after the read');
        }),
    },
    {
      rule: 'DONTNEED over unlocked and then locked pages drops the first and answers EINVAL',
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
      rule: 'DONTNEED_LOCKED drops locked pages and leaves VmLck as it was',
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
      rule: 'DONTDUMP sets the flag dd, DODUMP clears it',
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
      rule: 'POPULATE_READ maps the zero page, POPULATE_WRITE pages of their own',
      source: 'madvise(2), Linux 5.14',
      as: 'any',
      check: () => {
        needs('POPULATE_READ');
        withPages(4, (a) => {
          gives(madvise(a, bytes(4), MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
          gives(madvise(a, bytes(2), MADV.POPULATE_READ), null, 'MADV_POPULATE_READ');
          gives(madvise(at(a, 2), bytes(2), MADV.POPULATE_WRITE), null, 'MADV_POPULATE_WRITE');
          const zero = WRITTEN | PageBit.Zero;
          same(look(a, 4), [zero, zero, WRITTEN, WRITTEN], 'pages');
        });
      },
    },
    {
      rule: 'GUARD_INSTALL drops the page and makes every access fault; GUARD_REMOVE gives a fresh page',
      source: 'madvise(2), Linux 6.13',
      as: 'any',
      check: () => {
        needs('GUARD_INSTALL');
        withPages(3, (a) => {
          write(a, 0, 3);
          gives(madvise(at(a, 1), bytes(1), MADV.GUARD_INSTALL), null, 'MADV_GUARD_INSTALL');
          same(look(a, 3)[1], 0, 'the guard page');
          const touched = touchWrite(a, pageNumbers(0, 3));
          gives(touched, 'EFAULT', 'writing to all three');
          if (touched.errno !== null)
            same([touched.touched, touched.page], [1, 1], 'pages written, and the page that faulted');
          gives(madvise(at(a, 1), bytes(1), MADV.GUARD_REMOVE), null, 'MADV_GUARD_REMOVE');
          gives(touchRead(a, pageNumbers(1, 1)), null, 'reading page 1');
          same(look(a, 3)[1], WRITTEN | PageBit.Zero, 'page 1');
        });
      },
    },
  ]),
  ...forkAdviceRules,
  ...dumpAdviceRules,
  ...reclaimRules,
  ...specialAdviceRules,
];
