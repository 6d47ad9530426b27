import { pageSize } from '../../native/libc/sysconf.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import { countPages } from '../base/format.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import type { Lab } from '../experiment-kit/lab.ts';
import { integer, path } from '../experiment-kit/parameters.ts';
import { whyForbidden } from '../experiment-kit/refusals.ts';
import type { Script } from '../experiment-kit/script.ts';
import { askForSmallPages, wholeOf, whyRefused } from '../experiment-kit/shared-steps.ts';
import { BackingFile } from '../regions/backing-file.ts';
import { type Counted, countOrNull, type Look } from '../regions/look.ts';
import type { Region } from '../regions/region.ts';
import { cachedPages } from './file-cache/cached-pages.ts';
import { checkNotCut, evict, touchOne, type Window, whyStayed, windowUnder } from './file-cache/readahead.ts';
import { fileCacheResult, type Windows } from './results/file-cache.ts';

type WindowClaim = 'random-window' | 'normal-window' | 'normal-around' | 'sequential-window' | 'sequential-ahead';
type AdviceName = 'normal' | 'sequential' | 'random';
type Claim = 'evicted' | WindowClaim | 'locked-refused' | 'locked-survives' | 'rest-evicted';

/** Fewer pages than this show no window around the page in their middle. */
const leastPagesForWindow = 16;

/**
 * A file's pages are in the page cache, and every process that reads it shares them. One touch brings its neighbours
 * along: around the page by default, after it when the access is said to be sequential, none when it is said to be
 * random. Locked pages stay. madvise(2), posix_fadvise(2), readahead(2)
 */
export const fileCache = experiment({
  id: 'file-cache',
  group: 'residency',
  title: { en: 'File cache', zh: '文件缓存' },
  summary: {
    en: 'Touch one page of an evicted file and see how many the kernel reads with it under each advice; lock a part, and see it survive the next eviction.',
    zh: '访问已逐出文件的一页，看内核在每种建议下一并读入多少页；再锁定一部分，看它在下一次逐出后依然驻留。',
  },
  sentence: {
    en: 'Touch one page of {path}, {pages} {pages|page|pages} long, under each advice, then lock {lockedPages} {lockedPages|page|pages} of it',
    zh: '在每种建议下访问 {path}（{pages} 页）的一页，再锁定其中 {lockedPages} 页',
  },
  placement: 'inline',
  parameters: {
    path: path({
      title: { en: 'File', zh: '文件' },
      description: {
        en: 'A file to map, which is only read; empty for a temporary one.',
        zh: '要映射的文件，只会读取；留空则使用临时文件。',
      },
      default: '',
      empty: { en: 'a temporary file', zh: '临时文件' },
    }),
    pages: integer({
      title: { en: 'Pages', zh: '页数' },
      description: {
        en: 'Pages of the temporary file; of a longer file of yours, as many from its start.',
        zh: '临时文件的页数；若是你自己的更长的文件，则只取开头这么多页。',
      },
      minimum: leastPagesForWindow,
      maximum: 1 << 14,
      default: 4096,
      unit: { en: 'pages', zh: '页' },
    }),
    lockedPages: integer({
      title: { en: 'Locked pages', zh: '锁定页数' },
      description: { en: 'Pages to lock at the start of the file.', zh: '在文件开头锁定的页数。' },
      minimum: 1,
      maximum: 1 << 13,
      default: 8,
      unit: { en: 'pages', zh: '页' },
    }),
  },
  claims: {
    evicted: { en: 'Evicted, the file has no page in the page cache', zh: '逐出之后，文件在页缓存中没有任何页' },
    'random-window': {
      en: 'MADV_RANDOM: a touch brings that page alone (a whole block where blocks are larger than pages)',
      zh: 'MADV_RANDOM：一次访问只读入这一页（若块大于页，则为整块）',
    },
    'normal-window': {
      en: 'MADV_NORMAL: a touch brings more pages than under MADV_RANDOM',
      zh: 'MADV_NORMAL：一次访问读入的页多于 MADV_RANDOM',
    },
    'normal-around': {
      en: 'MADV_NORMAL: some of them lie before the touched page',
      zh: 'MADV_NORMAL：其中一部分位于被访问的页之前',
    },
    'sequential-window': {
      en: 'MADV_SEQUENTIAL: a touch brings more pages than under MADV_RANDOM',
      zh: 'MADV_SEQUENTIAL：一次访问读入的页多于 MADV_RANDOM',
    },
    'sequential-ahead': {
      en: 'MADV_SEQUENTIAL: none of them lies before the touched page (or its block)',
      zh: 'MADV_SEQUENTIAL：没有一页位于被访问的页（或其所在块）之前',
    },
    'locked-refused': {
      en: 'MADV_DONTNEED on the locked part is refused',
      zh: '对锁定部分使用 MADV_DONTNEED 会被拒绝',
    },
    'locked-survives': {
      en: 'After the next eviction, the locked part is still resident',
      zh: '再次逐出之后，锁定的部分仍然驻留',
    },
    'rest-evicted': { en: 'After the next eviction, nothing else is left', zh: '再次逐出之后，其余部分一页不留' },
  },
  commitsBytes: ({ pages }) => pages * pageSize(),
  mapsBytes: ({ pages }) => pages * pageSize(),

  async *run(lab, { path: name, pages, lockedPages }) {
    const file = lab.own(name === '' ? await BackingFile.temporary(pages) : BackingFile.open(name));
    const region = yield* lab.map(mapTitle(file, Math.min(pages, file.pages)), {
      pages: Math.min(pages, file.pages),
      file,
    });
    yield* askForSmallPages(lab, region);
    yield* lab.look({ en: 'Look at what is cached of it already', zh: '查看页缓存中已有哪些页' }, region);
    const left = yield* evict(lab, region);
    yield* lab.look({ en: 'Look after evicting it', zh: '逐出之后查看' }, region);
    if (typeof left !== 'number') lab.skip('evicted', 0, left);
    // Of a file of our own nobody else has pages in use.
    else if (left > 0 && (name !== '' || file.inMemory)) lab.skip('evicted', 0, whyStayed(left));
    else lab.claim('evicted', 0, left);

    const page = Math.floor(region.pages / 2);
    const normal = yield* windowUnder(lab, region, 'MADV_NORMAL', page);
    const sequential = yield* windowUnder(lab, region, 'MADV_SEQUENTIAL', page);
    const random = yield* windowUnder(lab, region, 'MADV_RANDOM', page);
    stateWindows(lab, region, { normal, sequential, random });
    const kept = yield* lockAndEvict(lab, region, Math.min(lockedPages, Math.floor(region.pages / 2)));
    lab.result(fileCacheResult({ normal, sequential, random, ...kept }));
  },
});

function mapTitle({ name, pages: all }: BackingFile, pages: number): Text {
  const what = name === '' ? { en: 'a temporary file', zh: '临时文件' } : { en: name, zh: ` ${name} ` };
  return pages < all
    ? { en: `Map the first ${pages} of ${all} pages of ${what.en}`, zh: `映射${what.zh}共 ${all} 页中的前 ${pages} 页` }
    : { en: `Map the ${pages} pages of ${what.en}`, zh: `映射${what.zh}的 ${pages} 页` };
}

function stateWindows(lab: Lab<Claim>, region: Region, windows: Readonly<Record<AdviceName, Window | Text>>): void {
  const { file, pages } = region;
  const block = file?.blockPages ?? 1;
  const ahead = file?.readaheadPages;
  if (ahead !== undefined) lab.measurement('readaheadPages', ahead);
  for (const [advice, window] of Object.entries(windows)) {
    if (!('pages' in window)) continue;
    lab.measurement(`${advice}WindowPages`, window.pages);
    lab.measurement(`${advice}TouchNs`, window.touchNs);
  }
  const { normal, sequential, random } = windows;
  if (!('pages' in random)) {
    skipWindows(lab, pages, ['random-window', ...moreThanOne], random);
    return;
  }
  claimUpTo(lab, 'random-window', 1, block, random.pages);
  const none = whyNoWindow(pages, ahead);
  const why = (window: Window | Text) => none ?? ('pages' in window ? undefined : window);
  const [whyNotNormal, whyNotSequential] = [why(normal), why(sequential)];
  if (whyNotNormal) skipWindows(lab, pages, ['normal-window', 'normal-around'], whyNotNormal);
  if (whyNotSequential) skipWindows(lab, pages, ['sequential-window', 'sequential-ahead'], whyNotSequential);
  if (!whyNotNormal && 'pages' in normal) {
    lab.claimBetween('normal-window', random.pages + 1, pages, normal.pages);
    lab.claimBetween('normal-around', 1, Math.floor(pages / 2), normal.pagesBefore);
  }
  if (!whyNotSequential && 'pages' in sequential) {
    lab.claimBetween('sequential-window', random.pages + 1, pages, sequential.pages);
    claimUpTo(lab, 'sequential-ahead', 0, block - 1, sequential.pagesBefore);
  }
}

/** Exactly `least` where a block is a page. */
function claimUpTo(lab: Lab<Claim>, claim: Claim, least: number, most: number, measured: number): void {
  if (least === most) lab.claim(claim, least, measured);
  else lab.claimBetween(claim, least, most, measured);
}

const moreThanOne = ['normal-window', 'normal-around', 'sequential-window', 'sequential-ahead'] as const;

/** Why no window can be seen, or undefined when one can. */
function whyNoWindow(pages: number, ahead: number | undefined): Text | undefined {
  if (pages < leastPagesForWindow) {
    return {
      en: `the file has ${countPages(pages)}, and fewer than ${leastPagesForWindow} show no window`,
      zh: `文件只有 ${pages} 页，少于 ${leastPagesForWindow} 页看不出预读窗口`,
    };
  }
  if (ahead === undefined || ahead > 1) return undefined;
  return {
    en: 'the kernel reads nothing ahead on this device (read_ahead_kb)',
    zh: '内核在该设备上不做预读（read_ahead_kb）',
  };
}

function skipWindows(lab: Lab<Claim>, pages: number, claims: readonly WindowClaim[], why: Text): void {
  const expected: Record<WindowClaim, string | number> = {
    'random-window': 1,
    'normal-window': `2–${pages}`,
    'normal-around': `1–${Math.floor(pages / 2)}`,
    'sequential-window': `2–${pages}`,
    'sequential-ahead': 0,
  };
  for (const claim of claims) lab.skip(claim, expected[claim], why);
}

/** Under MADV_RANDOM, so that the lock brings no neighbours along that would share a folio with what is locked. */
async function* lockAndEvict(lab: Lab<Claim>, region: Region, count: number): Script<Omit<Windows, AdviceName>> {
  const locked = { firstPage: 0, pageCount: count };
  const rest = { firstPage: count, pageCount: region.pages - count };
  if (count === 0) {
    skipLock(lab, count, { en: 'the file has only one page', zh: '文件只有一页' });
    return { locked: null, survived: null };
  }
  const lock = yield* lab.perform(
    { en: `Lock the first ${count} pages, which reads them`, zh: `锁定前 ${count} 页，这会把它们读入` },
    region,
    { kind: 'mlock', range: locked },
  );
  if (lock.errno !== null) {
    if (region.file) checkNotCut(region.file, (count - 1) * region.pageSize);
    skipLock(lab, count, whyRefused(lock));
    return { locked: null, survived: null };
  }
  yield* touchOne(lab, region, Math.floor(region.pages / 2));
  yield* lab.look({ en: 'Look: the locked part and one page more', zh: '查看：锁定的部分和另外一页' }, region);
  const refused = yield* lab.perform(
    { en: 'Unmap the locked part', zh: '从页表中去掉锁定的部分' },
    region,
    {
      kind: 'madvise',
      advice: 'MADV_DONTNEED',
      range: locked,
    },
    'EINVAL',
  );
  lab.claim('locked-refused', 'EINVAL', whyForbidden(refused) ?? refused.errno ?? refused.returned);
  const unmap = yield* lab.perform({ en: 'Unmap the rest', zh: '从页表中去掉其余部分' }, region, {
    kind: 'madvise',
    advice: 'MADV_DONTNEED',
    range: rest,
  });
  const drop = yield* lab.perform(
    { en: 'Drop all of it from the page cache', zh: '把整个文件从页缓存中逐出' },
    region,
    {
      kind: 'evict',
      range: wholeOf(region),
    },
  );
  const look = yield* lab.look({ en: 'Look at what survived', zh: '查看还剩下什么' }, region);
  stateSurvivors(lab, region, look, { locked, rest, unevicted: whyForbidden(unmap) ?? whyForbidden(drop) });
  const survived = countOrNull(survivorsOf(look, locked));
  return { locked: count, survived, lockStep: lock.index, lookStep: look.step };
}

/** What is in this process's page table is in memory, also where mincore may not tell. */
function survivorsOf(look: Look, locked: PageRange): Counted {
  const present = look.count('present', locked);
  return typeof present === 'number' ? present : look.count('resident', locked);
}

interface Evicted {
  readonly locked: PageRange;
  readonly rest: PageRange;
  /** Why nothing was evicted: then what is still there has survived nothing. */
  readonly unevicted: Text | undefined;
}

function stateSurvivors(lab: Lab<Claim>, region: Region, look: Look, { locked, rest, unevicted }: Evicted): void {
  const left = unevicted ?? cachedPages(region, rest);
  lab.claim('locked-survives', locked.pageCount, unevicted ?? survivorsOf(look, locked));
  const { blockPages = 1, name, inMemory } = region.file ?? {};
  if (typeof left !== 'number') lab.skip('rest-evicted', 0, left);
  else if (left >= blockPages && (name !== '' || inMemory)) lab.skip('rest-evicted', 0, whyStayed(left));
  else claimUpTo(lab, 'rest-evicted', 0, blockPages - 1, left);
}

function skipLock(lab: Lab<Claim>, count: number, why: Text): void {
  lab.skip('locked-refused', 'EINVAL', why);
  lab.skip('locked-survives', count, why);
  lab.skip('rest-evicted', 0, why);
}
