import { pageSize } from '../../native/libc/sysconf.ts';
import type { Operation } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import { formatCount } from '../base/format.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import type { Lab } from '../experiment-kit/lab.ts';
import { integer } from '../experiment-kit/parameters.ts';
import { faultsOf } from '../experiment-kit/refusals.ts';
import type { Script } from '../experiment-kit/script.ts';
import {
  askForSmallPages,
  engineFaults,
  everyPageOf,
  wholeOf,
  whyNoZeroPage,
  whyRefused,
} from '../experiment-kit/shared-steps.ts';
import { type Counted, countOrNull, together } from '../regions/look.ts';
import type { Region } from '../regions/region.ts';
import type { Mapped, TakenStep } from '../session/steps.ts';
import { prefaultResult, type Readied } from './results/prefault.ts';

type Claim =
  | 'touch-loop'
  | 'map-populate'
  | 'populate-write'
  | 'populate-read'
  | 'mlock'
  | 'read-zero-pages'
  | 'later-touches'
  | 'later-reads'
  | 'later-writes';

/** One way to make all pages of a region resident: by a flag of mmap, or by an operation. */
interface Way {
  readonly claim: Claim;
  readonly name: Text;
  readonly id: Readied['way'];
  readonly how: 'MAP_POPULATE' | ((region: Region) => Operation);
}

const ways: readonly Way[] = [
  {
    claim: 'touch-loop',
    name: { en: 'write each page in a loop', zh: '循环写每一页' },
    id: 'touchLoop',
    how: (region) => ({ kind: 'touch', access: 'write', pages: everyPageOf(region) }),
  },
  // The flag acts before any advice can be given, so on a large region and with THP `always` it may use huge pages.
  {
    claim: 'map-populate',
    name: { en: 'MAP_POPULATE', zh: 'MAP_POPULATE' },
    id: 'mapPopulate',
    how: 'MAP_POPULATE',
  },
  {
    claim: 'populate-write',
    name: { en: 'MADV_POPULATE_WRITE', zh: 'MADV_POPULATE_WRITE' },
    id: 'populateWrite',
    how: (region) => ({ kind: 'madvise', advice: 'MADV_POPULATE_WRITE', range: wholeOf(region) }),
  },
  {
    claim: 'populate-read',
    name: { en: 'MADV_POPULATE_READ', zh: 'MADV_POPULATE_READ' },
    id: 'populateRead',
    how: (region) => ({ kind: 'madvise', advice: 'MADV_POPULATE_READ', range: wholeOf(region) }),
  },
  {
    claim: 'mlock',
    name: { en: 'mlock', zh: 'mlock' },
    id: 'mlock',
    how: (region) => ({ kind: 'mlock', range: wholeOf(region) }),
  },
];

/**
 * Five ways to have pages in memory before they are needed. Four of them give each page its own memory;
 * `MADV_POPULATE_READ` only maps what a read would find, which for anonymous memory is, on most kernels, the shared
 * zero page, so that the first write still faults. madvise(2), Linux 5.14
 */
export const prefault = experiment({
  id: 'prefault',
  group: 'residency',
  title: { en: 'Prefault', zh: '预先调入' },
  summary: {
    en: 'Five ways to have every page in memory before it is needed, what each costs per page, and whether a later touch still faults.',
    zh: '让每一页在使用之前就驻留内存的五种方法：每页的开销各是多少，之后再访问是否还会缺页。',
  },
  sentence: {
    en: 'Bring {pages} {pages|page|pages} in before they are needed, in five ways',
    zh: '用五种方法让 {pages} 页在使用之前就驻留',
  },
  placement: 'inline',
  parameters: {
    // 16 pages of 4 KiB are 64 KiB, all that older systems let an ordinary user lock.
    pages: integer({
      title: { en: 'Pages', zh: '页数' },
      description: { en: 'How many pages each of the five regions has.', zh: '五个区域各有多少页。' },
      minimum: 8,
      maximum: 1 << 20,
      default: 16,
      unit: { en: 'pages', zh: '页' },
    }),
  },
  claims: {
    'touch-loop': { en: 'A loop that writes each page: all resident', zh: '循环写每一页：全部驻留', unit: 'pages' },
    'map-populate': { en: 'mmap with MAP_POPULATE: all resident', zh: '以 MAP_POPULATE 映射：全部驻留', unit: 'pages' },
    'populate-write': { en: 'MADV_POPULATE_WRITE: all resident', zh: 'MADV_POPULATE_WRITE：全部驻留', unit: 'pages' },
    'populate-read': { en: 'MADV_POPULATE_READ: all resident', zh: 'MADV_POPULATE_READ：全部驻留', unit: 'pages' },
    mlock: { en: 'mlock: all resident', zh: 'mlock：全部驻留', unit: 'pages' },
    'read-zero-pages': {
      en: 'After MADV_POPULATE_READ every page is the shared zero page',
      zh: 'MADV_POPULATE_READ 之后每一页都是共享零页',
      unit: 'pages',
    },
    'later-touches': {
      en: 'Writing the pages later, after any way but MADV_POPULATE_READ',
      zh: '除 MADV_POPULATE_READ 外，之后再写这些页',
      unit: 'faults',
    },
    'later-reads': {
      en: 'Reading the pages later, after MADV_POPULATE_READ',
      zh: 'MADV_POPULATE_READ 之后再读这些页',
      unit: 'faults',
    },
    'later-writes': {
      en: 'Writing the pages later, after MADV_POPULATE_READ: each faults once more',
      zh: 'MADV_POPULATE_READ 之后再写这些页：每页还要缺页一次',
      unit: 'faults',
    },
  },
  commitsBytes: ({ pages }) => ways.length * pages * pageSize(),
  mapsBytes: ({ pages }) => ways.length * pages * pageSize(),

  async *run(lab, { pages }) {
    let laterFaults: Counted = 0;
    const readied: Readied[] = [];
    for (const way of ways) {
      const { region, step } = yield* prepare(lab, way, pages);
      if (!region || step.errno !== null) {
        skipWay(lab, way, pages, step);
        readied.push({ way: way.id, name: way.name, perPageNs: null, laterFaults: null, step: step.index });
        continue;
      }
      lab.measurement(`${way.id}PerPageNs`, step.durationNs / pages);
      const { label } = region;
      const look = yield* lab.look({ en: `${label}: look`, zh: `${label}：查看` }, region);
      lab.claim(way.claim, pages, look.count('resident'));
      let later: TakenStep;
      if (way.claim === 'populate-read') {
        const noZeroPage = whyNoZeroPage();
        if (noZeroPage) lab.skip('read-zero-pages', pages, noZeroPage);
        else lab.claim('read-zero-pages', pages, look.count('zero'));
        later = yield* touchAfterReading(lab, region);
      } else {
        later = yield* lab.perform({ en: `${label}: write each page now`, zh: `${label}：现在写每一页` }, region, {
          kind: 'touch',
          access: 'write',
          pages: everyPageOf(region),
        });
        laterFaults = together(laterFaults, faultsOf(later), (one, other) => one + other);
      }
      const perPageNs = step.durationNs / pages;
      readied.push({
        way: way.id,
        name: way.name,
        perPageNs,
        laterFaults: countOrNull(faultsOf(later)),
        step: step.index,
        laterStep: later.index,
      });
    }
    lab.claimWithOwn('later-touches', 0, laterFaults, 2 + pages / 100, engineFaults);
    lab.result(prefaultResult(readied));
  },
});

/** Maps a region and makes its pages resident. The step is the call that did so, or was refused. */
async function* prepare(lab: Lab<Claim>, way: Way, pages: number): Script<Mapped> {
  const { name, how } = way;
  if (typeof how === 'string') {
    const title = { en: `Map ${formatCount(pages)} pages with ${how}`, zh: `以 ${how} 映射 ${formatCount(pages)} 页` };
    return yield* lab.tryMap(title, { pages, flags: [how] });
  }
  const region = yield* lab.map(
    { en: `Map ${formatCount(pages)} pages, for: ${name.en}`, zh: `映射 ${formatCount(pages)} 页，用于：${name.zh}` },
    pages,
  );
  yield* askForSmallPages(lab, region);
  const title = { en: `${region.label}: ${name.en}`, zh: `${region.label}：${name.zh}` };
  return { region, step: yield* lab.perform(title, region, how(region)) };
}

/**
 * Reads change nothing; a write replaces the zero page, which is one more fault. Where each page is the region's own
 * already, there may be no fault.
 */
async function* touchAfterReading(lab: Lab<Claim>, region: Region): Script<TakenStep> {
  const { label, pages } = region;
  const read = yield* lab.perform({ en: `${label}: read each page now`, zh: `${label}：现在读每一页` }, region, {
    kind: 'touch',
    access: 'read',
    pages: everyPageOf(region),
  });
  lab.claimWithOwn('later-reads', 0, faultsOf(read), 1 + pages / 100, engineFaults);
  const write = yield* lab.perform({ en: `${label}: write each page now`, zh: `${label}：现在写每一页` }, region, {
    kind: 'touch',
    access: 'write',
    pages: everyPageOf(region),
  });
  const noZeroPage = whyNoZeroPage();
  if (noZeroPage) lab.skip('later-writes', pages, noZeroPage);
  else lab.claimWithOwn('later-writes', pages, faultsOf(write), 2 + pages / 100, engineFaults);
  return write;
}

function skipWay(lab: Lab<Claim>, { claim }: Way, pages: number, step: TakenStep): void {
  const unknownAdvice = step.call === 'madvise' && step.errno === 'EINVAL';
  const reason = unknownAdvice
    ? {
        en: `this kernel has no ${step.arguments.advice} (Linux 5.14)`,
        zh: `此内核没有 ${step.arguments.advice}（Linux 5.14 起）`,
      }
    : whyRefused(step);
  lab.skip(claim, pages, reason);
  if (claim !== 'populate-read') return;
  lab.skip('read-zero-pages', pages, reason);
  lab.skip('later-reads', 0, reason);
  lab.skip('later-writes', pages, reason);
}
