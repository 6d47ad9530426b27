import { pageSize } from '../../../native/libc/sysconf.ts';
import type { Text } from '../../../protocol/text.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import { engineFaults } from '../../experiment-kit/shared-steps.ts';
import type { Found } from './found.ts';
import type { Pushed } from './push.ts';
import { doubling, exact, type Rule, type Way } from './rules.ts';

export const claims = {
  intact: {
    en: 'Pushed items that are as they were stored after all moves of their buffers',
    zh: '缓冲区多次移动之后仍与写入时相同的项',
    unit: 'items',
  },
  room: {
    en: 'Growths after which the C library has all of the room that the rule asked for',
    zh: '增长之后 C 库确实给出规则所要容量的次数',
    unit: 'calls',
  },
  'realloc-copies-less': {
    en: 'Bytes that realloc copied, of those that malloc, memcpy and free copied by the same rule (factor 2): a third at most',
    zh: '同一规则（2 倍）下，realloc 复制的字节与 malloc、memcpy、free 复制的字节之比：至多三分之一',
    unit: 'times',
  },
  'mremap-faults': {
    en: 'Faults while realloc moved or stretched a mapped buffer: mremap moves pages and touches none',
    zh: 'realloc 移动或扩展已映射的缓冲区时的缺页：mremap 移动页而不访问它们',
    unit: 'faults',
  },
  'copy-faults': {
    en: 'Faults while a buffer was copied into new pages: one for each that is written',
    zh: '将缓冲区复制到新页时的缺页：每写一页一次',
    unit: 'faults',
  },
  'exact-slower': {
    en: 'Growing exactly takes at least 1.5 times as long as factor 2, with realloc, each time',
    zh: '使用 realloc 时，精确增长每次都至少用 2 倍增长的 1.5 倍时间',
    unit: 'times',
  },
  'slack-half': {
    en: 'Resident pages of the buffer right after its last growth: those that were written',
    zh: '最后一次增长之后缓冲区中驻留的页：仅已写入的页',
    unit: 'pages',
  },
  'slack-end': {
    en: 'Resident pages of the buffer at the end: its slack is address space, not memory',
    zh: '结束时缓冲区中驻留的页：空闲容量只是地址空间，不是内存',
    unit: 'pages',
  },
} as const;

export type GrowthClaim = keyof typeof claims;
type GrowthLab = Lab<GrowthClaim>;

/** Below this a buffer may be in malloc's heap for all or most of its growths, and the clock is too coarse. */
const leastBytes = 8 * 1024 * 1024;
const leastItems = 100_000;

const leastRatio = 1.5;
/** What the two times of one strategy may differ by. */
const mostSpread = 1.5;

export function stateClaims(lab: GrowthLab, found: Found): void {
  const { pushed, repeated, refused } = found;
  const sum = (of: (each: Pushed) => number) => pushed.reduce((all, each) => all + of(each), 0);
  const wanted = sum(({ buffer }) => buffer.pushed);
  lab.claim('intact', wanted, refused ?? sum(({ intact }) => intact));
  const asked = sum(({ buffer }) => buffer.asked);
  lab.claim('room', asked, refused ?? sum(({ buffer }) => buffer.made));
  claimCopies(lab, found);
  claimFaults(lab, found);
  claimPages(lab, found);
  if (repeated.length === 0)
    lab.skip(
      'exact-slower',
      [leastRatio, null],
      notOfThisRun(
        'exact growth and factor 2 with realloc (rule=factors)',
        ' realloc 的精确增长与 2 倍增长（rule=factors）',
      ),
    );
  else claimTimes(lab, found);
}

/** The strategy of a rule and a way, where it was tried. */
export function pushedBy<P extends Pushed>(pushed: readonly P[], rule: Rule, way: Way): P | undefined {
  return pushed.find((each) => each.rule.id === rule.id && each.way === way);
}

function claimCopies(lab: GrowthLab, { pushed, refused, load }: Found): void {
  const realloc = pushedBy(pushed, doubling, 'realloc');
  const copy = pushedBy(pushed, doubling, 'copy');
  const bounds = [0, 1 / 3] as const;
  if (!realloc || !copy || copy.buffer.copiedBytes === 0)
    lab.skip(
      'realloc-copies-less',
      [...bounds],
      notOfThisRun('factor 2 in both ways (mode=own)', '两种方式的 2 倍增长（mode=own）'),
    );
  else if (load.items * load.size < leastBytes) lab.skip('realloc-copies-less', [...bounds], tooFew(load));
  else
    lab.claimBetween('realloc-copies-less', ...bounds, refused ?? realloc.buffer.copiedBytes / copy.buffer.copiedBytes);
}

function claimFaults(lab: GrowthLab, { pushed, refused, huge }: Found): void {
  const ofWay = (way: Way) => pushed.filter((each) => each.way === way).map(({ buffer }) => buffer);
  const total = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
  const moves = total(ofWay('realloc').map(({ mremapCalls }) => mremapCalls));
  const why = refused ?? (moves === 0 ? noneMapped('realloc') : undefined);
  const moveFaults = total(ofWay('realloc').map(({ mremapFaults }) => mremapFaults));
  lab.claimWithOwn('mremap-faults', 0, why ?? moveFaults, 2 + moves / 100, engineFaults);
  const pages = total(ofWay('copy').map(({ copiedPages }) => copiedPages));
  const whyNone = refused ?? huge ?? (pages === 0 ? noneMapped('malloc') : undefined);
  const copyFaults = total(ofWay('copy').map((buffer) => buffer.copyFaults));
  lab.claimWithOwn('copy-faults', pages, whyNone ?? copyFaults, 2 + pages / 100, engineFaults);
}

function claimPages(lab: GrowthLab, { pages, huge }: Found): void {
  if ('en' in pages) {
    lab.skip('slack-half', 0, pages);
    lab.skip('slack-end', 0, pages);
    return;
  }
  const told = <T>(count: T) => (huge ? huge : count);
  lab.claim('slack-half', pages.halfWritten, told(pages.half));
  lab.claim('slack-end', pages.endWritten, told(pages.end));
}

/** Told by both times that the two strategies were run; not where either time of one is far from the other. */
function claimTimes(lab: GrowthLab, { pushed, repeated, refused, load }: Found): void {
  const bounds: [number, null] = [leastRatio, null];
  const times = [pushed, repeated].map((run) => ({
    exact: pushedBy(run, exact, 'realloc')?.buffer.durationNs ?? 0,
    doubling: pushedBy(run, doubling, 'realloc')?.buffer.durationNs ?? 0,
  }));
  const ratios = times.map((time) => time.exact / time.doubling);
  const spread = Math.max(...(['exact', 'doubling'] as const).map((each) => spreadOf(times.map((time) => time[each]))));
  const least = Math.min(...ratios);
  if (load.items < leastItems) lab.skip('exact-slower', bounds, tooFew(load));
  else if (least < leastRatio && spread > mostSpread) lab.skip('exact-slower', bounds, tooNoisy(ratios, spread));
  else lab.claimAtLeast('exact-slower', leastRatio, refused ?? least);
}

function spreadOf(times: readonly number[]): number {
  return Math.max(...times) / Math.min(...times);
}

function tooNoisy(ratios: readonly number[], spread: number): Text {
  const told = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
  return {
    en: `too noisy: the same pushes took ${spread.toFixed(2)} times as long the other time (over ${mostSpread}); the two ratios are ${told}`,
    zh: `噪声过大：同样的追加两次用时相差 ${spread.toFixed(2)} 倍（超过 ${mostSpread}）；两次的比值为 ${told}`,
  };
}

function notOfThisRun(en: string, zh: string): Text {
  return { en: `not part of this run: it compares ${en}`, zh: `不在本次运行中：它比较${zh}` };
}

function tooFew({ items, size }: Found['load']): Text {
  return {
    en: `too little to tell: ${items} items of ${size} bytes, and it takes at least ${leastItems} items and ${leastBytes} bytes`,
    zh: `数量过少，无法判断：${items} 项、每项 ${size} 字节，至少需要 ${leastItems} 项与 ${leastBytes} 字节`,
  };
}

function noneMapped(call: string): Text {
  return {
    en: `in this run ${call} grew no buffer that was mapped alone (from ${pageSize() * 32} bytes on)`,
    zh: `本次运行中 ${call} 没有增长过单独映射的缓冲区（需 ${pageSize() * 32} 字节以上）`,
  };
}
