import { pageSize } from '../../native/libc/sysconf.ts';
import { type PageSharing, pageSharing } from '../../native/pages/page-sharing.ts';
import { status } from '../../native/proc/proc-status.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import { countPages, formatCount } from '../base/format.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import type { Lab } from '../experiment-kit/lab.ts';
import { integer } from '../experiment-kit/parameters.ts';
import { whyNot } from '../experiment-kit/refusals.ts';
import type { Script } from '../experiment-kit/script.ts';
import { askForSmallPages, everyPageOf, wholeOf, whyRefused } from '../experiment-kit/shared-steps.ts';
import { countOrNull } from '../regions/look.ts';
import type { Region } from '../regions/region.ts';
import { type Forked, forkResult } from './results/fork.ts';

const mostPages = 4096;

const claims = {
  'parent-vm-lck': { en: 'The parent has locked its pages: VmLck', zh: '父进程已锁定这些页：VmLck', unit: 'bytes' },
  'child-vm-lck': {
    en: 'The child has locked nothing: its VmLck',
    zh: '子进程没有锁定任何内存：其 VmLck',
    unit: 'bytes',
  },
  'parent-keeps': { en: 'The parent’s pages are locked as before', zh: '父进程的页仍被锁定' },
  'shared-before': { en: 'Pages that both map, before a write', zh: '写入之前两者共同映射的页数' },
  copied: {
    en: 'The page that the parent alone maps after its write: a copy',
    zh: '写入之后仅由父进程映射的页：一个副本',
  },
  'child-keeps': { en: 'The page that is left to the child alone', zh: '只留给子进程的页' },
  'shared-after': { en: 'Pages that both still map', zh: '两者仍共同映射的页数' },
} as const;

type ForkLab = Lab<keyof typeof claims>;

/**
 * What fork(2) does to locks and pages. The child inherits no lock. Both map the same pages until one of them writes;
 * the first write copies that one page, and so faults even in memory that is locked: mlock(2) promises no access
 * without a fault.
 */
export const forkExperiment = experiment({
  id: 'fork',
  group: 'locking',
  title: { en: 'Fork', zh: 'fork 与写时复制' },
  summary: {
    en: 'A child inherits the pages and none of the locks. A write after fork copies just that page, with a fault, also where it is locked.',
    zh: '子进程继承页而不继承锁。fork 之后的写入只复制那一页，即使已锁定也会缺页。',
  },
  sentence: {
    en: 'Lock {pages} {pages|page|pages}, fork, and let the parent write page {page}',
    zh: '锁定 {pages} 页，fork，再让父进程写第 {page} 页',
  },
  placement: 'isolated',
  parameters: {
    pages: integer({
      title: { en: 'Pages', zh: '页数' },
      description: { en: 'How many pages to lock before forking.', zh: 'fork 之前锁定的页数。' },
      minimum: 1,
      maximum: mostPages,
      default: 8,
      unit: { en: 'pages', zh: '页' },
    }),
    page: integer({
      title: { en: 'Page to write', zh: '写入的页' },
      description: {
        en: 'The page that the parent writes after forking; the first is 0.',
        zh: 'fork 之后父进程写入的页；第一页为 0。',
      },
      minimum: 0,
      maximum: mostPages - 1,
      default: 3,
    }),
  },
  claims,
  conflict({ pages, page }) {
    if (page < pages) return undefined;
    return {
      en: `page is ${page}, outside the region of ${countPages(pages)} (0 to ${pages - 1}); choose a smaller one, or more pages.`,
      zh: `page 为 ${page}，超出了 ${pages} 页（0 到 ${pages - 1}）的区域；请选更小的值或增加页数。`,
    };
  },
  // The copy of the page, and the child's own page tables and what else it writes.
  commitsBytes: ({ pages }) => (pages + 1) * pageSize() + 64 * 1024 * 1024,
  mapsBytes: ({ pages }) => pages * pageSize(),

  async *run(lab, { pages, page }) {
    const region = yield* lab.map({ en: `Map ${countPages(pages)}`, zh: `映射 ${formatCount(pages)} 页` }, pages);
    yield* askForSmallPages(lab, region);
    yield* lab.perform({ en: 'Write every page', zh: '写每一页' }, region, {
      kind: 'touch',
      access: 'write',
      pages: everyPageOf(region),
    });
    const lock = yield* lab.perform({ en: 'Lock them', zh: '锁定它们' }, region, {
      kind: 'mlock',
      range: wholeOf(region),
    });
    const { step, child: forked } = yield* lab.fork({ en: 'Fork', zh: 'fork 子进程' }, region);
    if (!forked) {
      const why = whyRefused(step);
      throw problem('cannot-run-here', `No child could be forked: ${why.en}`, `无法 fork 子进程：${why.zh}`);
    }
    using child = forked;
    const locked = yield* lab.look({ en: 'Look at the parent’s pages', zh: '查看父进程的页' }, region);
    const childStatus = status(child.pid);
    const childFile = `/proc/${child.pid}/status`;
    const childLocked =
      childStatus.errno === null
        ? childStatus.vmLckBytes
        : { en: `${childFile} answered ${childStatus.errno}`, zh: `${childFile} 返回 ${childStatus.errno}` };
    const limited = whyNot(lock);
    if (limited) {
      lab.skip('parent-vm-lck', pages * lab.pageSize, limited);
      lab.skip('child-vm-lck', 0, limited);
      lab.skip('parent-keeps', pages, limited);
    } else {
      lab.claim('parent-vm-lck', pages * lab.pageSize, lab.vmLck());
      lab.claim('child-vm-lck', 0, childLocked);
      lab.claim('parent-keeps', pages, locked.count('locked'));
    }
    const written = yield* writeOne(lab, region, child.pid, page);
    const childLockedBytes = limited ? null : countOrNull(childLocked);
    const found = { pages, childLockedBytes, parentLocked: lock.errno === null, beforeStep: locked.step };
    lab.result(forkResult({ ...found, ...written }));
  },
});

type Written = Pick<Forked, 'before' | 'parent' | 'child' | 'copyNs' | 'keyStep' | 'afterStep'>;

/** The parent writes one page; before and after it, the kernel says which pages each of the two maps alone. */
async function* writeOne(lab: ForkLab, region: Region, pid: number, page: number): Script<Written> {
  // Not after a read: process_vm_readv(2) pins the page, and pinning a shared one copies it (Linux 5.19), which a load
  // does not.
  const before = sharing(region, 'self');
  const write = yield* lab.perform({ en: `The parent writes page ${page}`, zh: `父进程写第 ${page} 页` }, region, {
    kind: 'touch',
    access: 'write',
    pages: [page],
  });
  lab.measurement('copyOnWriteNs', write.durationNs);
  const mine = sharing(region, 'self');
  const its = sharing(region, pid);
  const after = yield* lab.look({ en: 'Look at the parent’s pages again', zh: '再次查看父进程的页' }, region);
  const told = (of: PageSharing | Text, say: (of: PageSharing) => number | string) => ('en' in of ? of : say(of));
  const unwritten = whyNot(write);
  lab.claim(
    'shared-before',
    region.pages,
    told(before, ({ shared }) => shared.length),
  );
  lab.claim('copied', `${page}`, unwritten ?? told(mine, ({ exclusive }) => exclusive.join(', ')));
  lab.claim('shared-after', region.pages - 1, unwritten ?? told(mine, ({ shared }) => shared.length));
  lab.claim('child-keeps', `${page}`, unwritten ?? told(its, ({ exclusive }) => exclusive.join(', ')));
  return { before, parent: mine, child: its, copyNs: write.durationNs, keyStep: write.index, afterStep: after.step };
}

function sharing({ address, pages }: Region, pid: number | 'self'): PageSharing | Text {
  const found = pageSharing(pid, address, pages);
  if (found.errno === null) return found;
  const file = `/proc/${pid}/pagemap`;
  return { en: `${file} answered ${found.errno}`, zh: `${file} 返回 ${found.errno}` };
}
