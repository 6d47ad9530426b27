import { pageSize } from '../../native/libc/sysconf.ts';
import type { Access } from '../../protocol/page-call.ts';
import type { Text } from '../../protocol/text.ts';
import { countPages, formatCount } from '../base/format.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import { choice, integer } from '../experiment-kit/parameters.ts';
import { whyNot } from '../experiment-kit/refusals.ts';
import { askForSmallPages, engineFaults, whyNoZeroPage } from '../experiment-kit/shared-steps.ts';
import { inOrder, orderParameters } from '../experiment-kit/touch-order.ts';
import { countOrNull } from '../regions/look.ts';
import { firstTouchResult } from './results/first-touch.ts';

/** Touches are made in at most this many steps, so that a large region is as easy to follow as a small one. */
const mostSteps = 64;

/** What a page that maps the shared zero page costs: its entry in the page table. */
const pageTableEntryBytes = 8;

/** Whether each page costs its own memory; a read does where the shared zero page is not mapped. */
function getsOwnPages(access: Access): boolean {
  return access === 'write' || whyNoZeroPage() !== undefined;
}

/**
 * What happens when memory is touched for the first time. mmap(2) only promises memory: a page gets there at the first
 * access. A store makes the kernel give it its own zeroed page; a load of anonymous memory maps, on most kernels, the
 * one shared zero page, which mincore(2) calls resident although the process has no memory for it (Linux 2.6.32 and
 * later for anonymous private mappings).
 */
export const firstTouch = experiment({
  id: 'first-touch',
  group: 'residency',
  title: { en: 'First touch', zh: '首次访问' },
  summary: {
    en: 'mmap promises memory; the first access to each page makes the kernel provide it, one page fault at a time.',
    zh: 'mmap 只是承诺内存；对每一页的首次访问才让内核真正提供它，每页一次缺页。',
  },
  sentence: {
    en: 'Map {pages} {pages|page|pages} and {access} each of them, in {order} order[, {stride} {stride|page|pages} apart][, seed {seed}]',
    zh: '映射 {pages} 页，按{order}次序逐页{access}[，步长 {stride} 页][，种子 {seed}]',
  },
  placement: 'inline',
  parameters: {
    pages: integer({
      title: { en: 'Pages', zh: '页数' },
      description: { en: 'How many pages to map and touch.', zh: '映射并访问的页数。' },
      minimum: 1,
      maximum: 1 << 24,
      default: 64,
      unit: { en: 'pages', zh: '页' },
    }),
    access: choice({
      title: { en: 'Access', zh: '访问方式' },
      description: {
        en: 'A write gets its own page; on most kernels a read of untouched memory gets the shared zero page.',
        zh: '写入会得到独立的页；在多数内核上，读取未访问过的内存只会映射共享零页。',
      },
      choices: [
        { value: 'write', title: { en: 'write', zh: '写' } },
        { value: 'read', title: { en: 'read', zh: '读' } },
      ],
      default: 'write',
    }),
    ...orderParameters,
  },
  claims: {
    'none-before': { en: 'Before the first touch no page is resident', zh: '首次访问之前没有任何页驻留' },
    'all-after': { en: 'After touching, every page is resident', zh: '访问之后所有页都驻留' },
    'fault-each': { en: 'Each first touch is one minor fault', zh: '每次首次访问恰好引发一个次缺页' },
    'zero-pages': {
      en: 'Pages that map the shared zero page: all when read, none when written',
      zh: '映射共享零页的页数：读取时为全部，写入时为零',
    },
    rss: {
      en: 'What the region adds to Rss: only its own pages count',
      zh: '该区域计入 Rss 的量：只有独立的页才算',
      unit: 'bytes',
    },
  },
  commitsBytes: ({ pages, access }) => pages * (getsOwnPages(access) ? pageSize() : pageTableEntryBytes),
  mapsBytes: ({ pages }) => pages * pageSize(),

  async *run(lab, { pages, access, order, stride, seed }) {
    const region = yield* lab.map({ en: `Map ${countPages(pages)}`, zh: `映射 ${formatCount(pages)} 页` }, pages);
    yield* askForSmallPages(lab, region);
    const before = yield* lab.look({ en: 'Look before touching', zh: '访问之前查看' }, region);
    lab.claim('none-before', 0, before.count('resident'));

    let minorFaults = 0;
    let refused: Text | undefined;
    let durationNs = 0;
    const perPageNs: number[] = [];
    const steps: number[] = [];
    for (const batch of inOrder(pages, order, { stride, seed, most: mostSteps })) {
      const first = batch[0];
      const more = batch.length - 1;
      const step = yield* lab.perform(
        access === 'write'
          ? {
              en: `Write page ${first}${more ? ` and ${more} more` : ''}`,
              zh: `写第 ${first} 页${more ? `等 ${more + 1} 页` : ''}`,
            }
          : {
              en: `Read page ${first}${more ? ` and ${more} more` : ''}`,
              zh: `读第 ${first} 页${more ? `等 ${more + 1} 页` : ''}`,
            },
        region,
        { kind: 'touch', access, pages: batch },
      );
      minorFaults += step.minorFaults;
      refused ??= whyNot(step);
      durationNs += step.durationNs;
      perPageNs.push(...batch.map(() => step.durationNs / batch.length));
      steps.push(...batch.map(() => step.index));
    }

    const after = yield* lab.look({ en: 'Look after touching', zh: '访问之后查看' }, region);
    lab.claim('all-after', pages, refused ?? after.count('resident'));
    lab.claimWithOwn('fault-each', pages, refused ?? minorFaults, 2 + pages / 100, engineFaults);
    const zeroPages = access === 'read' ? pages : 0;
    const noZeroPage = access === 'read' ? whyNoZeroPage() : undefined;
    if (noZeroPage) lab.skip('zero-pages', zeroPages, noZeroPage);
    else lab.claim('zero-pages', zeroPages, refused ?? after.count('zero'));
    const ownBytes = getsOwnPages(access) ? pages * lab.pageSize : 0;
    lab.claim('rss', ownBytes, refused ?? (await lab.rssBytes(region)));
    lab.measurement('firstTouchPerPageNs', durationNs / pages);
    const [none, all] = [before, after].map((look) => countOrNull(look.count('resident')));
    lab.result(
      firstTouchResult({
        pages,
        access,
        zero: after.count('zero') === pages,
        before: none ?? null,
        after: all ?? null,
        faults: minorFaults,
        perPageNs,
        steps,
        beforeStep: before.step,
        afterStep: after.step,
      }),
    );
  },
});
