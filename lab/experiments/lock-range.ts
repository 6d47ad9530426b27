import { pageSize } from '../../native/libc/sysconf.ts';
import { countPages, formatCount, formatPages } from '../base/format.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import type { Lab } from '../experiment-kit/lab.ts';
import { integer } from '../experiment-kit/parameters.ts';
import { lockedInSmaps, whyNot } from '../experiment-kit/refusals.ts';
import type { Script } from '../experiment-kit/script.ts';
import { askForSmallPages, wholeOf } from '../experiment-kit/shared-steps.ts';
import { countOrNull } from '../regions/look.ts';
import type { Region } from '../regions/region.ts';
import { lockRangeResult, type Ranged } from './results/lock-range.ts';

/** The region with the hole: so many pages, and the one that is unmapped. */
const holed = { pages: 8, hole: 4 };

const mostPages = 1 << 16;

const claims = {
  covers: { en: 'mlock covers every page that the byte range touches', zh: 'mlock 覆盖字节范围触及的每一页' },
  smaps: { en: 'smaps has the same pages in a locked mapping', zh: 'smaps 显示被锁定的映射正是这些页' },
  'vm-lck': { en: 'VmLck grows by these whole pages', zh: 'VmLck 恰好增加这些整页的量', unit: 'bytes' },
  relock: { en: 'Locking them again adds nothing to VmLck', zh: '再次锁定不会增加 VmLck', unit: 'bytes' },
  'no-nesting': { en: 'Locked twice and unlocked once: no page is locked', zh: '锁定两次、解锁一次：没有页仍被锁定' },
  'vm-lck-back': {
    en: 'That one unlock takes VmLck back by all of it',
    zh: '这一次解锁就让 VmLck 全部退回',
    unit: 'bytes',
  },
  hole: { en: 'mlock over a hole answers ENOMEM', zh: '范围中有空洞时 mlock 返回 ENOMEM' },
  'before-hole': { en: 'What came before the hole is locked all the same', zh: '空洞之前的部分仍被锁定' },
  'not-brought': {
    en: 'But the call ended before any of it was brought in: resident pages',
    zh: '但调用在调入任何页之前就已结束：驻留页数',
  },
} as const;

type LockLab = Lab<keyof typeof claims>;

/**
 * What mlock(2) locks. It takes any bytes and locks whole pages; a page is locked or not, however often that was asked
 * for; and a range with a hole is refused only when the kernel comes to the hole.
 */
export const lockRange = experiment({
  id: 'lock-range',
  group: 'locking',
  title: { en: 'Lock a range', zh: '锁定一段范围' },
  summary: {
    en: 'mlock rounds a byte range out to whole pages. Locks do not nest, and over a hole the call fails half-way.',
    zh: 'mlock 把字节范围扩展为整页；锁不会嵌套；遇到空洞时调用会在中途失败。',
  },
  sentence: {
    en: 'Of {pages} {pages|page|pages} lock {length} {length|byte|bytes} from byte {offset} on',
    zh: '在 {pages} 页中，从第 {offset} 字节起锁定 {length} 字节',
  },
  placement: 'inline',
  parameters: {
    pages: integer({
      title: { en: 'Pages', zh: '页数' },
      description: { en: 'How many pages the region has.', zh: '区域的页数。' },
      minimum: 1,
      maximum: mostPages,
      default: 16,
      unit: { en: 'pages', zh: '页' },
    }),
    offset: integer({
      title: { en: 'Offset', zh: '偏移' },
      description: {
        en: 'The first byte to lock, from the region’s start; it need not be the first of a page.',
        zh: '要锁定的首个字节，从区域开头算起；不必是页的开头。',
      },
      minimum: 0,
      maximum: mostPages * pageSize() - 1,
      default: 5000,
      unit: { en: 'bytes', zh: '字节' },
    }),
    length: integer({
      title: { en: 'Length', zh: '长度' },
      description: { en: 'How many bytes to lock.', zh: '要锁定的字节数。' },
      minimum: 1,
      maximum: mostPages * pageSize(),
      default: 10000,
      unit: { en: 'bytes', zh: '字节' },
    }),
  },
  claims,
  conflict({ pages, offset, length }) {
    const bytes = pages * pageSize();
    if (offset + length <= bytes) return undefined;
    return {
      en: `The range of ${length} bytes from byte ${offset} ends outside the region of ${countPages(pages)} (${bytes} bytes); choose less, or more pages.`,
      zh: `从第 ${offset} 字节起的 ${length} 字节超出了 ${pages} 页（${bytes} 字节）的区域；请减小范围或增加页数。`,
    };
  },
  commitsBytes: ({ length }) => length + (2 + holed.hole) * pageSize(),
  mapsBytes: ({ pages }) => (pages + holed.pages) * pageSize(),

  async *run(lab, { pages, offset, length }) {
    const region = yield* lab.map({ en: `Map ${countPages(pages)}`, zh: `映射 ${formatCount(pages)} 页` }, pages);
    yield* askForSmallPages(lab, region);
    const once = yield* lockTwice(lab, region, { offset, length });
    const hole = yield* lockOverHole(lab);
    lab.result(lockRangeResult({ offset, length, pageSize: lab.pageSize, ...once, ...hole }));
  },
});

type Once = Pick<Ranged, 'locked' | 'lookStep' | 'keyStep'>;

async function* lockTwice(lab: LockLab, region: Region, range: { offset: number; length: number }): Script<Once> {
  const covered = region.pagesOf(range);
  const bytes = covered.pageCount * lab.pageSize;
  const { offset, length } = range;
  const first = yield* lab.perform(
    { en: `Lock ${length} bytes from byte ${offset}`, zh: `从第 ${offset} 字节起锁定 ${length} 字节` },
    region,
    { kind: 'mlock', range },
  );
  const look = yield* lab.look({ en: 'See which pages are locked', zh: '查看哪些页被锁定' }, region);
  const steps = { lookStep: look.step, keyStep: first.index };
  const refused = whyNot(first);
  if (refused) {
    for (const id of ['covers', 'smaps'] as const) lab.skip(id, formatPages([covered]), refused);
    lab.skip('vm-lck', bytes, refused);
    for (const id of ['relock', 'no-nesting'] as const) lab.skip(id, 0, refused);
    lab.skip('vm-lck-back', -bytes, refused);
    return { locked: null, ...steps };
  }
  const lockedPages = look.pagesWith('Locked');
  lab.claim('covers', formatPages([covered]), 'en' in lockedPages ? lockedPages : formatPages(lockedPages));
  const inSmaps = await lockedInSmaps(lab, region);
  lab.claim('smaps', formatPages([covered]), 'en' in inSmaps ? inSmaps : formatPages(inSmaps));
  lab.claim('vm-lck', bytes, first.vmLckGrowthBytes);

  const again = yield* lab.perform({ en: 'Lock the same bytes again', zh: '再次锁定同样的字节' }, region, {
    kind: 'mlock',
    range,
  });
  lab.claim('relock', 0, whyNot(again) ?? again.vmLckGrowthBytes);
  const unlock = yield* lab.perform({ en: 'Unlock them once', zh: '解锁一次' }, region, { kind: 'munlock', range });
  const after = yield* lab.look({ en: 'See whether any page is still locked', zh: '查看是否还有页被锁定' }, region);
  lab.claim('no-nesting', 0, whyNot(unlock) ?? after.count('vmLocked'));
  lab.claim('vm-lck-back', -bytes, whyNot(unlock) ?? unlock.vmLckGrowthBytes);
  return { locked: 'en' in lockedPages ? null : (lockedPages[0] ?? null), ...steps };
}

async function* lockOverHole(lab: LockLab): Script<Omit<Ranged, 'offset' | 'length' | 'pageSize' | keyof Once>> {
  const region = yield* lab.map({ en: `Map ${holed.pages} more pages`, zh: `另外映射 ${holed.pages} 页` }, holed.pages);
  yield* askForSmallPages(lab, region);
  const unmap = yield* lab.perform(
    { en: `Unmap page ${holed.hole}: a hole`, zh: `解除第 ${holed.hole} 页的映射：形成空洞` },
    region,
    {
      kind: 'munmap',
      range: { firstPage: holed.hole, pageCount: 1 },
    },
  );
  const lock = yield* lab.perform(
    { en: 'Lock it all, over the hole', zh: '跨过空洞锁定整个区域' },
    region,
    {
      kind: 'mlock',
      range: { ...wholeOf(region), acrossHoles: true },
    },
    'ENOMEM',
  );
  const start = { firstPage: 0, pageCount: holed.hole };
  const look = yield* lab.look(
    { en: 'See what is locked, and whether it came in', zh: '查看哪些页被锁定、是否已调入' },
    region,
    start,
  );
  const before = formatPages([start]);
  // Refused for the hole is what it is about: for the limit, or by a filter, says nothing of holes.
  const limited = whyNot(unmap) ?? (lock.diagnosis?.fix === 'mapped-range' ? undefined : whyNot(lock));
  const answer = lock.errno ?? '0';
  const steps = { holeStep: lock.index, holeLookStep: look.step };
  if (limited) {
    lab.skip('hole', 'ENOMEM', limited);
    lab.skip('before-hole', before, limited);
    lab.skip('not-brought', 0, limited);
    return { answer, before: null, resident: null, ...steps };
  }
  lab.claim('hole', 'ENOMEM', answer);
  const lockedPages = look.pagesWith('Locked');
  lab.claim('before-hole', before, 'en' in lockedPages ? lockedPages : formatPages(lockedPages));
  lab.claim('not-brought', 0, look.count('resident'));
  const [locked, resident] = [countOrNull(look.count('vmLocked')), countOrNull(look.count('resident'))];
  return { answer, before: locked, resident, ...steps };
}
