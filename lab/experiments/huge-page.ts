import { pageSize } from '../../native/libc/sysconf.ts';
import type { Text } from '../../protocol/text.ts';
import { formatBytes, formatCount } from '../base/format.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import type { Lab } from '../experiment-kit/lab.ts';
import { integer } from '../experiment-kit/parameters.ts';
import { faultsOf, whyNot } from '../experiment-kit/refusals.ts';
import type { Script } from '../experiment-kit/script.ts';
import { askForSmallPages, engineFaults, wholeOf, whyRefused } from '../experiment-kit/shared-steps.ts';
import { hugePageBytes, hugePageFallbacks, whyNoHugePages } from '../limits/huge-pages.ts';
import { type Look, together } from '../regions/look.ts';
import type { Region } from '../regions/region.ts';
import { hugePageResult } from './results/huge-page.ts';

type Claim =
  | 'huge-resident'
  | 'small-resident'
  | 'huge-mapped'
  | 'one-fault-each'
  | 'split-stays'
  | 'split-huge'
  | 'split-vmas'
  | 'split-locked';

/**
 * One fault gives a whole huge page where huge pages are asked for. The lock belongs to the mapping (the VMA) and is in
 * whole small pages, so locking one of them cuts the mapping in three, and a huge page that lies across a cut is mapped
 * by small entries from then on. madvise(2) MADV_HUGEPAGE, Linux 2.6.38
 */
export const hugePage = experiment({
  id: 'huge-page',
  group: 'residency',
  title: { en: 'Huge page', zh: '大页' },
  summary: {
    en: 'One byte written makes a whole huge page resident in one region (512 pages on x86-64) and a single page in its neighbour; locking one page takes the huge page apart.',
    zh: '同样写一个字节：一个区域驻留整个大页（x86-64 上为 512 页），旁边的区域只驻留一页；锁定其中一页就会把大页拆开。',
  },
  sentence: {
    en: 'Touch one byte of {hugePages} huge {hugePages|page|pages}, and of memory in small ones',
    zh: '访问 {hugePages} 个大页中的一个字节，再访问小页内存',
  },
  placement: 'inline',
  parameters: {
    hugePages: integer({
      title: { en: 'Huge pages', zh: '大页数' },
      description: {
        en: 'How many huge pages long each region is; one byte is written in each.',
        zh: '每个区域有多少个大页长；每个大页写入一个字节。',
      },
      minimum: 1,
      maximum: 256,
      default: 1,
      unit: { en: 'huge pages', zh: '个大页' },
    }),
  },
  claims: {
    'huge-resident': {
      en: 'With MADV_HUGEPAGE, writing one byte makes the whole huge page resident',
      zh: '使用 MADV_HUGEPAGE 时，写一个字节就使整个大页驻留',
    },
    'small-resident': {
      en: 'With MADV_NOHUGEPAGE, the same write makes one page resident',
      zh: '使用 MADV_NOHUGEPAGE 时，同样的写入只使一页驻留',
    },
    'huge-mapped': {
      en: 'The page table maps them with one huge entry: pages of huge pages',
      zh: '页表用一个大页项映射它们：属于大页的页数',
    },
    'one-fault-each': {
      en: 'Each of the two regions faulted once per byte written: minor faults in all',
      zh: '两个区域各自每写一个字节缺页一次：次缺页总数',
    },
    'split-stays': {
      en: 'After locking one page, all of the huge page is still resident',
      zh: '锁定一页之后，整个大页仍然驻留',
    },
    'split-huge': {
      en: 'After locking one page, its huge page is mapped by small entries: pages of huge pages left',
      zh: '锁定一页之后，它所在的大页改由小页项映射：剩余的大页页数',
    },
    'split-vmas': {
      en: 'Locking one page in the middle cuts the mapping: VMAs of the region',
      zh: '锁定中间的一页会切开映射：该区域的 VMA 数',
    },
    'split-locked': { en: 'Only that page is locked', zh: '只有这一页被锁定' },
  },
  unavailable: whyNoHugePages,
  commitsBytes: ({ hugePages }) => hugePages * ((hugePageBytes() ?? 0) + pageSize()),
  mapsBytes: ({ hugePages }) => 2 * hugePages * (hugePageBytes() ?? 0),

  async *run(lab, { hugePages }) {
    const each = (hugePageBytes() ?? lab.pageSize) / lab.pageSize;
    const pages = hugePages * each;
    const firsts = Array.from({ length: hugePages }, (_, index) => index * each);
    const huge = yield* mapAligned(lab, pages, each);
    const asked = yield* lab.perform({ en: 'A: ask for huge pages', zh: 'A：要求使用大页' }, huge, {
      kind: 'madvise',
      advice: 'MADV_HUGEPAGE',
      range: wholeOf(huge),
    });
    const small = yield* mapAligned(lab, pages, each);
    yield* askForSmallPages(lab, small);

    const fallbacks = hugePageFallbacks();
    const inHuge = yield* writeOneByteEach(lab, huge, firsts);
    const inSmall = yield* writeOneByteEach(lab, small, firsts);
    const hugeLook = yield* lab.look({ en: 'A: look', zh: 'A：查看' }, huge);
    const smallLook = yield* lab.look({ en: 'B: look', zh: 'B：查看' }, small);
    lab.measurement('hugePageBytes', each * lab.pageSize);
    lab.measurement('smallFaultNs', inSmall.durationNs / hugePages);
    const steps = { hugeStep: inHuge.index, keyStep: inSmall.index };
    const figures = { huge: hugeLook, small: smallLook, pages, ...steps };
    const [hugeFaultNs, smallFaultNs] = [inHuge.durationNs / hugePages, inSmall.durationNs / hugePages];
    lab.result(hugePageResult({ ...figures, hugeFaultNs, smallFaultNs }));
    lab.claim('small-resident', hugePages, whyNot(inSmall) ?? smallLook.count('resident'));

    const fellBack = whyNot(asked) ?? whyNot(inHuge) ?? whyFellBack(hugeLook, hugePages, each, fallbacks);
    if (fellBack) {
      skipAll(lab, pages, hugePages, each, fellBack);
      return;
    }
    lab.measurement('hugeFaultNs', inHuge.durationNs / hugePages);
    lab.claim('huge-resident', pages, hugeLook.count('resident'));
    lab.claim('huge-mapped', pages, hugeLook.count('huge'));
    lab.claimWithOwn(
      'one-fault-each',
      2 * hugePages,
      together(faultsOf(inHuge), faultsOf(inSmall), (one, other) => one + other),
      1,
      engineFaults,
    );
    yield* lockOnePage(lab, huge, each);
  },
});

function mapAligned(lab: Lab<Claim>, pages: number, each: number): Script<Region> {
  const size = formatBytes(each * lab.pageSize);
  const title = {
    en: `Map ${formatCount(pages)} pages at a multiple of ${size}`,
    zh: `在 ${size} 的整数倍地址处映射 ${formatCount(pages)} 页`,
  };
  return lab.map(title, { pages, alignPages: each });
}

function writeOneByteEach(lab: Lab<Claim>, region: Region, firsts: readonly number[]) {
  const count = firsts.length;
  const title = {
    en: `${region.label}: write ${count === 1 ? 'one byte' : `${count} bytes, one in each huge page’s length`}`,
    zh: `${region.label}：${count === 1 ? '写一个字节' : `写 ${count} 个字节，每个大页长度一个`}`,
  };
  return lab.perform(title, region, { kind: 'touch', access: 'write', pages: [...firsts] });
}

/**
 * Why not every huge page came, or undefined when all did or nothing explains it: they have to be found in one piece.
 */
function whyFellBack(
  look: Look,
  hugePages: number,
  each: number,
  fallbacksBefore: number | undefined,
): Text | undefined {
  const resident = look.count('resident');
  if (typeof resident !== 'number') return resident;
  if (resident === hugePages * each) return undefined;
  const off = whyNoHugePages();
  if (off) return off;
  const fallbacks = hugePageFallbacks();
  if (fallbacks !== undefined && fallbacks === fallbacksBefore) return undefined;
  const huge = look.count('huge');
  const got = typeof huge === 'number' ? Math.floor(huge / each) : 0;
  return {
    en: `the kernel had ${got} of ${hugePages} huge pages to give: its free memory is in smaller pieces (fragmentation), or a control group’s limit is near; try again`,
    zh: `内核只能提供 ${hugePages} 个大页中的 ${got} 个：空闲内存不够连续（碎片化），或接近控制组的上限；请重试`,
  };
}

async function* lockOnePage(lab: Lab<Claim>, region: Region, each: number): Script {
  const page = each / 2;
  const hugeLeft = region.pages - each;
  const lock = yield* lab.perform({ en: `A: lock page ${page} alone`, zh: `A：只锁定第 ${page} 页` }, region, {
    kind: 'mlock',
    range: { firstPage: page, pageCount: 1 },
  });
  if (lock.errno !== null) {
    skipSplit(lab, region.pages, hugeLeft, whyRefused(lock));
    return;
  }
  const look = yield* lab.look({ en: 'A: look again', zh: 'A：再次查看' }, region);
  lab.claim('split-stays', region.pages, look.count('resident'));
  lab.claim('split-huge', hugeLeft, look.count('huge'));
  const vmas = await lab.smaps(region);
  lab.claim('split-vmas', 3, 'en' in vmas ? vmas : vmas.length);
  lab.claim('split-locked', 1, look.count('locked'));
}

function skipAll(lab: Lab<Claim>, pages: number, hugePages: number, each: number, why: Text): void {
  lab.skip('huge-resident', pages, why);
  lab.skip('huge-mapped', pages, why);
  lab.skip('one-fault-each', 2 * hugePages, why);
  skipSplit(lab, pages, pages - each, why);
}

function skipSplit(lab: Lab<Claim>, pages: number, hugeLeft: number, why: Text): void {
  lab.skip('split-stays', pages, why);
  lab.skip('split-huge', hugeLeft, why);
  lab.skip('split-vmas', 3, why);
  lab.skip('split-locked', 1, why);
}
