/** Rules of madvise(2). */
import { MADV, madvise, mincore, mlock, munmap } from '../mman.ts';
import { PageBit } from '../page-bit.ts';
import { meminfo } from '../proc-meminfo.ts';
import { residency } from '../residency.ts';
import { touchRead, touchWrite } from '../touch.ts';
import { at, bytes, gives, lockedPages, pageNumbers, type Rule, rules, same, skip, withPages, write } from './rule.ts';

/** The first kernel that knows an advice; older ones answer EINVAL, which is then no finding. */
type Advice = { readonly name: keyof typeof MADV; readonly since: string; readonly locked: 'EINVAL' | null };

const ADVICE: readonly Advice[] = [
  { name: 'NORMAL', since: '2.4', locked: null },
  { name: 'RANDOM', since: '2.4', locked: null },
  { name: 'SEQUENTIAL', since: '2.4', locked: null },
  { name: 'WILLNEED', since: '2.4', locked: null },
  { name: 'DONTNEED', since: '2.4', locked: 'EINVAL' },
  { name: 'FREE', since: '4.5', locked: 'EINVAL' },
  { name: 'DONTFORK', since: '2.6.16', locked: null },
  { name: 'DOFORK', since: '2.6.16', locked: null },
  { name: 'HUGEPAGE', since: '2.6.38 with CONFIG_TRANSPARENT_HUGEPAGE', locked: null },
  { name: 'NOHUGEPAGE', since: '2.6.38 with CONFIG_TRANSPARENT_HUGEPAGE', locked: null },
  { name: 'DONTDUMP', since: '3.4', locked: null },
  { name: 'DODUMP', since: '3.4', locked: null },
  { name: 'WIPEONFORK', since: '4.14', locked: null },
  { name: 'KEEPONFORK', since: '4.14', locked: null },
  { name: 'COLD', since: '5.4', locked: 'EINVAL' },
  { name: 'PAGEOUT', since: '5.4', locked: 'EINVAL' },
  { name: 'POPULATE_READ', since: '5.14', locked: null },
  { name: 'POPULATE_WRITE', since: '5.14', locked: null },
  { name: 'DONTNEED_LOCKED', since: '5.18', locked: null },
  { name: 'GUARD_INSTALL', since: '6.13', locked: 'EINVAL' },
  { name: 'GUARD_REMOVE', since: '6.13', locked: null },
];

/** Whether this kernel knows the advice at all: tried on fresh, unlocked memory. */
function known({ name, since }: Advice): void {
  const errno = withPages(2, (a) => madvise(a, bytes(2), MADV[name]).errno);
  if (errno === 'EINVAL') skip(`This kernel does not know MADV_${name} (Linux ${since}).`);
  same(errno, null, `MADV_${name} on unlocked memory`);
}

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

/** The pages' bytes; skipped when the kernel can't tell them all. */
function look(address: bigint, pages: number, readVmFlags = false): readonly number[] {
  const into = new Uint8Array(pages);
  const [unknown] = residency(address, pages, into, { readVmFlags }).unknown;
  if (unknown) skip(unknown.reason);
  return [...into];
}

function needs(name: Advice['name']): void {
  const advice = ADVICE.find((one) => one.name === name);
  if (advice) known(advice);
}

const WRITTEN = PageBit.Resident | PageBit.Present;

export const madviseRules = rules('madvise', [
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
    rule: 'COLD leaves pages in core',
    source: 'madvise(2), Linux 5.4',
    as: 'any',
    check: () => {
      needs('COLD');
      withPages(2, (a) => {
        write(a, 0, 2);
        gives(madvise(a, bytes(2), MADV.COLD), null, 'MADV_COLD');
        same(look(a, 2), [WRITTEN, WRITTEN], 'pages');
      });
    },
  },
  {
    rule: 'PAGEOUT without swap answers 0 and leaves anonymous pages where they are',
    source: 'madvise(2), mm/vmscan.c',
    as: 'any',
    check: () => {
      needs('PAGEOUT');
      const machine = meminfo();
      if (machine.errno !== null || machine.swapTotalBytes > 0)
        skip('This machine has swap, so the pages may go there.');
      withPages(2, (a) => {
        write(a, 0, 2);
        gives(madvise(a, bytes(2), MADV.PAGEOUT), null, 'MADV_PAGEOUT');
        same(look(a, 2), [WRITTEN, WRITTEN], 'pages');
      });
    },
  },
  {
    rule: 'FREE leaves pages in core while there is no pressure',
    source: 'madvise(2), Linux 4.5',
    as: 'any',
    check: () => {
      needs('FREE');
      withPages(2, (a) => {
        write(a, 0, 2);
        gives(madvise(a, bytes(2), MADV.FREE), null, 'MADV_FREE');
        const vec = new Uint8Array(2);
        gives(mincore(a, bytes(2), vec), null, 'mincore');
        if (vec.some((byte) => (byte & 1) === 0)) skip('The kernel was under pressure and took the pages.');
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
]);
