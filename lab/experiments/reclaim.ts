import { pageSize } from '../../native/libc/sysconf.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Advice } from '../../protocol/page-call.ts';
import type { Text } from '../../protocol/text.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import type { Lab } from '../experiment-kit/lab.ts';
import { integer } from '../experiment-kit/parameters.ts';
import { whyForbidden, whyNot } from '../experiment-kit/refusals.ts';
import type { Script } from '../experiment-kit/script.ts';
import { askForSmallPages, everyPageOf, wholeOf } from '../experiment-kit/shared-steps.ts';
import { swapRoomBytes } from '../limits/swap-space.ts';
import { BackingFile } from '../regions/backing-file.ts';
import { type Counted, countOrNull, type Look, together } from '../regions/look.ts';
import type { Region } from '../regions/region.ts';
import type { TakenStep } from '../session/steps.ts';
import { type Advised, reclaimResult } from './results/reclaim.ts';

type Subject = 'cold' | 'pageout' | 'dontneed' | 'free' | 'file';
type Claim = `${Subject}-unlocked` | `${Subject}-locked` | 'pageout-swapped' | 'free-later';

/**
 * The advice of the anonymous regions, in the order in which they stand side by side; the file's region follows them.
 */
const anonymousSubjects = [
  ['cold', 'MADV_COLD'],
  ['dontneed', 'MADV_DONTNEED'],
  ['free', 'MADV_FREE'],
  ['pageout', 'MADV_PAGEOUT'],
] as const;
const regions = anonymousSubjects.length + 1;

/** Fresh pages wait in lists of each processor, where reclaim does not look; then it is asked again. */
const mostRounds = 4;

/** A region whose second half is locked, or why that could not be. */
interface Prepared {
  readonly region: Region;
  readonly unlocked: PageRange;
  readonly locked: PageRange;
  /** Why the locked half could not be locked. */
  readonly refusal?: Text;
  /** Why nothing was brought in that could be given back. */
  readonly empty?: Text;
}

/**
 * The four kinds of advice by which a process gives memory back. Two act at once (DONTNEED drops; PAGEOUT drops clean
 * file pages and swaps anonymous ones out, where there is swap), two only say what may go first (COLD, FREE), so
 * mincore calls those pages resident right after. All of them refuse locked memory. madvise(2); COLD and PAGEOUT: Linux
 * 5.4, FREE: 4.5
 */
export const reclaim = experiment({
  id: 'reclaim',
  group: 'residency',
  title: { en: 'Reclaim', zh: '回收' },
  summary: {
    en: 'COLD, DONTNEED, FREE and PAGEOUT, each on an unlocked and on a locked half: what really goes, now or later, and what a lock refuses.',
    zh: '对未锁定和已锁定的两半分别使用 COLD、DONTNEED、FREE 与 PAGEOUT：哪些页真的会离开、是立刻还是以后，以及锁定会拒绝什么。',
  },
  sentence: {
    en: 'Ask for {pages} {pages|page|pages} back, half of them locked, with each advice',
    zh: '以每种建议要回 {pages} 页，其中一半已锁定',
  },
  placement: 'inline',
  parameters: {
    // Five locked halves of 3 pages of 4 KiB are 60 KiB; older systems let an ordinary user lock 64.
    pages: integer({
      title: { en: 'Pages', zh: '页数' },
      description: {
        en: 'Pages of each of the five regions; half of them are locked.',
        zh: '五个区域各自的页数，其中一半会被锁定。',
      },
      minimum: 2,
      maximum: 1 << 14,
      default: 6,
      unit: { en: 'pages', zh: '页' },
    }),
  },
  claims: {
    'cold-unlocked': {
      en: 'MADV_COLD: the unlocked half is still resident right after (first to go later)',
      zh: 'MADV_COLD：未锁定的一半此刻仍然驻留（以后会最先被回收）',
    },
    'cold-locked': {
      en: 'MADV_COLD on the locked half: errno, pages resident',
      zh: '对锁定的一半使用 MADV_COLD：errno，驻留页数',
    },
    'dontneed-unlocked': {
      en: 'MADV_DONTNEED: the unlocked half is gone',
      zh: 'MADV_DONTNEED：未锁定的一半已不在内存',
    },
    'dontneed-locked': {
      en: 'MADV_DONTNEED on the locked half: errno, pages resident',
      zh: '对锁定的一半使用 MADV_DONTNEED：errno，驻留页数',
    },
    'free-unlocked': {
      en: 'MADV_FREE: the unlocked half is still resident right after (mincore tells now, not later)',
      zh: 'MADV_FREE：未锁定的一半此刻仍然驻留（mincore 只反映当前状态）',
    },
    'free-later': {
      en: 'Reclaimed after MADV_FREE, the unlocked half is gone, with swap or without',
      zh: 'MADV_FREE 之后一经回收，未锁定的一半即不在内存，有无交换区都一样',
    },
    'free-locked': {
      en: 'MADV_FREE on the locked half: errno, pages resident',
      zh: '对锁定的一半使用 MADV_FREE：errno，驻留页数',
    },
    'pageout-unlocked': {
      en: 'MADV_PAGEOUT of anonymous memory: pages still in the page table; none with swap, all without',
      zh: '对匿名内存使用 MADV_PAGEOUT：仍在页表中的页数；有交换区时为零，没有时为全部',
    },
    'pageout-swapped': {
      en: 'MADV_PAGEOUT of anonymous memory: pages swapped out; all with swap, none without',
      zh: '对匿名内存使用 MADV_PAGEOUT：被换出的页数；有交换区时为全部，没有时为零',
    },
    'pageout-locked': {
      en: 'MADV_PAGEOUT on the locked half: errno, pages resident',
      zh: '对锁定的一半使用 MADV_PAGEOUT：errno，驻留页数',
    },
    'file-unlocked': {
      en: 'MADV_PAGEOUT of file pages: none is left in the page table, without any swap',
      zh: '对文件页使用 MADV_PAGEOUT：页表中一页不剩，无需交换区',
    },
    'file-locked': {
      en: 'MADV_PAGEOUT on the locked half of a file: errno, pages resident',
      zh: '对文件锁定的一半使用 MADV_PAGEOUT：errno，驻留页数',
    },
  },
  commitsBytes: ({ pages }) => regions * pages * pageSize(),
  mapsBytes: ({ pages }) => regions * pages * pageSize(),

  async *run(lab, { pages }) {
    const file = lab.own(await BackingFile.temporary(pages));
    const anonymous: [Subject, Advice, Prepared][] = [];
    for (const [subject, advice] of anonymousSubjects) {
      anonymous.push([subject, advice, yield* prepare(lab, pages, advice)]);
    }
    const last = yield* prepare(lab, pages, 'MADV_PAGEOUT', file);
    const advised: Advised[] = [];
    for (const [subject, advice, half] of [...anonymous, ['file', 'MADV_PAGEOUT', last] as const]) {
      const found = yield* advise(lab, subject, advice, half, last.region);
      if (found) advised.push(found);
    }
    lab.result(reclaimResult(advised));
  },
});

/** Maps a region, fills it, and locks its second half. */
async function* prepare(lab: Lab<Claim>, pages: number, advice: Advice, file?: BackingFile): Script<Prepared> {
  const what = file ? { en: 'pages of a file', zh: '页文件' } : { en: 'pages', zh: '页' };
  const region = yield* lab.map(
    { en: `Map ${pages} ${what.en}, for ${advice}`, zh: `映射 ${pages} ${what.zh}，用于 ${advice}` },
    file ? { pages, file } : pages,
  );
  const { label } = region;
  yield* askForSmallPages(lab, region);
  const filled = yield* file ? readOneByOne(lab, region) : write(lab, region);
  const count = Math.floor(pages / 2);
  const unlocked = { firstPage: 0, pageCount: pages - count };
  const locked = { firstPage: pages - count, pageCount: count };
  const lock = yield* lab.perform({ en: `${label}: lock the second half`, zh: `${label}：锁定后一半` }, region, {
    kind: 'mlock',
    range: locked,
  });
  const [empty, refusal] = [whyNot(filled), whyNot(lock)];
  return { region, unlocked, locked, ...(empty && { empty }), ...(refusal && { refusal }) };
}

function write(lab: Lab<Claim>, region: Region) {
  const { label } = region;
  return lab.perform({ en: `${label}: write each page`, zh: `${label}：写每一页` }, region, {
    kind: 'touch',
    access: 'write',
    pages: everyPageOf(region),
  });
}

/**
 * Brings a file in page by page: written as a whole, it would lie in the page cache in folios of several pages, which
 * go or stay as one.
 */
async function* readOneByOne(lab: Lab<Claim>, region: Region): Script<TakenStep> {
  const { label } = region;
  const range = wholeOf(region);
  yield* lab.perform({ en: `${label}: read nothing ahead`, zh: `${label}：不要预读` }, region, {
    kind: 'madvise',
    advice: 'MADV_RANDOM',
    range,
  });
  yield* lab.perform(
    { en: `${label}: drop the file from the page cache`, zh: `${label}：把文件从页缓存中逐出` },
    region,
    {
      kind: 'evict',
      range,
    },
  );
  const read = yield* lab.perform({ en: `${label}: read each page`, zh: `${label}：读每一页` }, region, {
    kind: 'touch',
    access: 'read',
    pages: everyPageOf(region),
  });
  yield* emptyLists(lab, region);
  return read;
}

/** Gives the advice on both halves and states what it did. */
async function* advise(
  lab: Lab<Claim>,
  subject: Subject,
  advice: Advice,
  half: Prepared,
  fresh: Region,
): Script<Advised | undefined> {
  const { region, unlocked, locked, refusal } = half;
  const { label } = region;
  const first = yield* lab.perform(
    { en: `${label}: ${advice} on the unlocked half`, zh: `${label}：对未锁定的一半使用 ${advice}` },
    region,
    { kind: 'madvise', advice, range: unlocked },
  );
  const why = half.empty ?? whyNot(first);
  if (why) {
    skipSubject(lab, subject, half, why);
    return undefined;
  }
  const refused = refusal
    ? undefined
    : yield* lab.perform(
        { en: `${label}: ${advice} on the locked half`, zh: `${label}：对锁定的一半使用 ${advice}` },
        region,
        { kind: 'madvise', advice, range: locked },
        'EINVAL',
      );
  const look = yield* lab.look({ en: `${label}: look`, zh: `${label}：查看` }, region);
  const expected = `EINVAL, ${locked.pageCount}`;
  if (refusal) lab.skip(`${subject}-locked`, expected, refusal);
  else claimAnswer(lab, subject, refused, look.count('resident', locked), locked);
  const then = yield* stateUnlocked(lab, subject, half, look, fresh);
  const name = subject === 'file' ? { en: `${advice}, a file`, zh: `${advice}，文件` } : { en: advice, zh: advice };
  return {
    subject,
    label: name,
    half: unlocked.pageCount,
    left: countOrNull(then.count(subject === 'file' ? 'present' : 'resident', unlocked)),
    step: then.step,
    ...(refused && { answer: refused.errno ?? String(refused.returned) }),
    grid: { pages: region.pages, unknown: then.unknown, runs: then.runs() },
  };
}

/** The answer for the locked half, and what is left of it: EINVAL and all, where the call was made. */
function claimAnswer(
  lab: Lab<Claim>,
  subject: Subject,
  refused: TakenStep | undefined,
  left: Counted,
  { pageCount }: PageRange,
): void {
  const forbidden = refused && whyForbidden(refused);
  const measured = typeof left === 'number' ? `${refused?.errno ?? refused?.returned}, ${left}` : left;
  lab.claim(`${subject}-locked`, `EINVAL, ${pageCount}`, forbidden ?? measured);
}

async function* stateUnlocked(
  lab: Lab<Claim>,
  subject: Subject,
  half: Prepared,
  look: Look,
  fresh: Region,
): Script<Look> {
  const { region, unlocked } = half;
  const { pageCount } = unlocked;
  switch (subject) {
    case 'cold':
      lab.claim('cold-unlocked', pageCount, look.count('resident', unlocked));
      return look;
    case 'dontneed':
      lab.claim('dontneed-unlocked', 0, look.count('resident', unlocked));
      return look;
    case 'free': {
      lab.claim('free-unlocked', pageCount, look.count('resident', unlocked));
      // What MADV_FREE marks waits in such a list too; swap would otherwise take the pages as they were.
      const then = yield* pageOut(lab, half, fresh);
      const [resident, swapped] = [then.look.count('resident', unlocked), then.look.count('swapped', unlocked)];
      const left = together(resident, swapped, (one, other) => one + other);
      lab.claim('free-later', 0, whatCame(then, left, 0));
      return look;
    }
    case 'pageout': {
      const out = swapRoomBytes() >= pageCount * lab.pageSize ? pageCount : 0;
      const then: Reclaimed = out === 0 ? { look } : yield* pageOut(lab, half, fresh, look);
      const [present, swapped] = [then.look.count('present', unlocked), then.look.count('swapped', unlocked)];
      lab.claim('pageout-unlocked', pageCount - out, whatCame(then, present, pageCount - out));
      lab.claim('pageout-swapped', out, whatCame(then, swapped, out));
      return then.look;
    }
    case 'file': {
      if (region.file?.inMemory) {
        lab.skip('file-unlocked', 0, onlyInMemory);
        return look;
      }
      const then = yield* pageOut(lab, half, fresh, look);
      lab.claim('file-unlocked', 0, whatCame(then, then.look.count('present', unlocked), 0));
      const cached = then.look.count('resident', unlocked);
      if (typeof cached === 'number') lab.measurement('fileCachedAfterPageoutPages', cached);
      return then.look;
    }
  }
}

/** What reclaiming came to. */
interface Reclaimed {
  readonly look: Look;
  /** Why the call was not made. */
  readonly refused?: Text;
  /** Why fresh pages may have waited in the list of a processor, where reclaim does not look. */
  readonly notEmptied?: Text;
}

/** What is to be claimed of a count: where pages may have waited in a list, it proves nothing against the advice. */
function whatCame({ refused, notEmptied }: Reclaimed, count: Counted, expected: number): Counted | Text {
  return refused ?? (notEmptied && count !== expected ? notEmptied : count);
}

/** Reclaims the unlocked half, until none of it is in the page table or asking again does not help. */
async function* pageOut(
  lab: Lab<Claim>,
  { region, unlocked }: Prepared,
  fresh: Region,
  seen?: Look,
): Script<Reclaimed> {
  const { label } = region;
  let look = seen;
  let notEmptied: Text | undefined;
  for (let round = 0; !look || round < mostRounds; round++) {
    if (look) {
      const present = look.count('present', unlocked);
      const left = typeof present === 'number' ? present : look.count('resident', unlocked);
      if (left === 0 || typeof left !== 'number') break;
    }
    notEmptied = whyForbidden(yield* emptyLists(lab, fresh));
    const step = yield* lab.perform(
      { en: `${label}: reclaim the unlocked half now`, zh: `${label}：现在回收未锁定的一半` },
      region,
      { kind: 'madvise', advice: 'MADV_PAGEOUT', range: unlocked },
    );
    look = yield* lab.look({ en: `${label}: look again`, zh: `${label}：再次查看` }, region);
    const refused = whyForbidden(step);
    if (refused) return { look, refused };
  }
  return { look, ...(notEmptied && { notEmptied }) };
}

/**
 * Finding mapped pages among those that it is to drop, the kernel first empties the lists on which each processor keeps
 * fresh pages.
 */
function emptyLists(lab: Lab<Claim>, region: Region) {
  const { label } = region;
  return lab.perform(
    {
      en: `${label}: drop the file again: what is mapped stays, and the kernel’s lists of fresh pages are emptied`,
      zh: `${label}：再次逐出文件：已映射的页会留下，内核暂存新页的列表则被清空`,
    },
    region,
    { kind: 'evict', range: wholeOf(region) },
  );
}

function skipSubject(lab: Lab<Claim>, subject: Subject, { unlocked, locked }: Prepared, why: Text): void {
  lab.skip(`${subject}-unlocked`, subject === 'dontneed' || subject === 'file' ? 0 : unlocked.pageCount, why);
  lab.skip(`${subject}-locked`, `EINVAL, ${locked.pageCount}`, why);
  if (subject === 'free') lab.skip('free-later', 0, why);
  if (subject === 'pageout') lab.skip('pageout-swapped', 0, why);
}

const onlyInMemory: Text = {
  en: 'there is no folder on a disk for a temporary file, and those of a file system in memory are reclaimed only with swap',
  zh: '没有位于磁盘上的文件夹可放临时文件，而内存文件系统中的页只有在有交换区时才能回收',
};
