import { availableParallelism } from 'node:os';
import type { Text } from '../../../protocol/text.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import { type Column, type Found, hoardOf, median } from './found.ts';
import type { Looped } from './messages.ts';
import { glibc, oneArena, type Setting, withoutTcache } from './settings.ts';

export const claims = {
  hoards: {
    en: 'Bytes that a thread keeps of the 234 KiB that it freed, in its tcache',
    zh: '线程释放 234 KiB 后保留在其 tcache 中的字节',
    unit: 'bytes',
  },
  'gives-back': {
    en: 'Bytes that a thread keeps of the same with tcache off',
    zh: '关闭 tcache 时，同样情况下线程保留的字节',
    unit: 'bytes',
  },
  'one-arena': { en: 'Arenas of the process with arena_max=1', zh: 'arena_max=1 的进程的 arena 数' },
  'tcache-faster': {
    en: 'With tcache off the median operation of one thread takes at least 1.1 times as long',
    zh: '关闭 tcache 时，单个线程的操作耗时中位数至少为 1.1 倍',
    unit: 'times',
  },
  'arenas-faster': {
    en: 'Threads with arenas of their own make at least 1.1 times the operations of those that share one',
    zh: '各有 arena 的线程完成的操作至少是共用一个 arena 时的 1.1 倍',
    unit: 'times',
  },
  waits: {
    en: 'Threads that share an arena wait for each other at least ten times as often (voluntary context switches)',
    zh: '共用一个 arena 的线程互相等待的次数至少是 10 倍（自愿上下文切换）',
    unit: 'times',
  },
} as const;

export type ThreadClaim = keyof typeof claims;
type ThreadLab = Lab<ThreadClaim>;

/** 7 blocks of each of 64 sizes are 240 128 bytes. Other threads of the process allocate and free meanwhile. */
const hoarded = [150_000, 1_000_000] as const;
const given = [0, 100_000] as const;
/**
 * On two CPUs, sharing an arena costs a factor of 1.2 to 3 (40 runs): the scheduler may wake the thread that waited on
 * the CPU of the one that woke it, where they take turns and seldom meet, or on the other, where they do.
 */
const bounds = {
  'tcache-faster': 1.1,
  'arenas-faster': 1.1,
  waits: 10,
} as const;

/** What the two halves of the rounds may differ by, and how much of the time a thread has a CPU on a quiet machine. */
const mostSpread = 1.5;
const leastShare = 0.9;

/** Less than this no noise explains. */
const leastByNoise = 1 / 8;

export function stateClaims(lab: ThreadLab, found: Found): void {
  const on = columnOf(found, glibc);
  const off = columnOf(found, withoutTcache);
  const shared = columnOf(found, oneArena);
  const keeps = (column: Column) => column.why ?? hoardOf(column) ?? unknown;
  lab.claimBetween('hoards', ...hoarded, keeps(on));
  lab.claimBetween('gives-back', ...given, keeps(off));
  lab.claim('one-arena', 1, shared.why ?? shared.witnessed?.arenas ?? unknown);

  const why = on.why ?? off.why ?? (isWithin(hoardOf(off), given) ? undefined : notTaken('tcache_count=0'));
  if (why) lab.skip('tcache-faster', [bounds['tcache-faster'], null], why);
  else {
    const ratios = halves(off.alone, on.alone, p50Ns);
    const busy = busyOf(on.alone, 1) ?? busyOf(off.alone, 1);
    state(lab, 'tcache-faster', ratios, busy ?? spreads(ratios, bounds['tcache-faster']));
  }
  claimArenas(lab, found, on, shared);
}

function claimArenas(lab: ThreadLab, { threads }: Found, own: Column, shared: Column): void {
  const ids = ['arenas-faster', 'waits'] as const;
  const taken = shared.witnessed?.arenas === 1 ? undefined : notTaken('arena_max=1');
  const why = own.why ?? shared.why ?? whyNoTwo(threads) ?? taken;
  if (why) {
    for (const id of ids) lab.skip(id, [bounds[id], null], why);
    return;
  }
  const rates = halves(own.all, shared.all, perSecond);
  const busy = busyOf(own.all, threads) ?? busyOf(shared.all, threads);
  state(lab, 'arenas-faster', rates, busy ?? spreads(rates, bounds['arenas-faster']));
  const waits = [shared, own].map(({ all }) => all.reduce((sum, each) => sum + each.waits, 0));
  const [together = Number.NaN, apart = Number.NaN] = waits;
  // Of threads that never wait for each other there may be none.
  state(lab, 'waits', [together / Math.max(1, apart)], busy);
}

/**
 * Held when each ratio says so. Where noise was seen, it may explain a ratio that is too small, but not any: only
 * threads that seldom had a CPU at once may never have waited for each other.
 */
function state(lab: ThreadLab, id: keyof typeof bounds, ratios: readonly number[], noise: Text | undefined): void {
  const least = Math.min(...ratios);
  const needed = bounds[id];
  if (ratios.some(Number.isNaN)) lab.skip(id, [needed, null], unknown);
  else if (noise && least < needed && (id === 'waits' || least > leastByNoise))
    lab.skip(id, [needed, null], tooNoisy(ratios, noise));
  else lab.claimAtLeast(id, needed, least);
}

const p50Ns = (each: Looped) => each.p50Ns;
const perSecond = (each: Looped) => each.perSecond;

/** How many times `other`’s the one’s median is, in the first and in the second half of the rounds. */
function halves(one: readonly Looped[], other: readonly Looped[], of: (each: Looped) => number): number[] {
  const middle = Math.ceil(one.length / 2);
  return [
    [0, middle],
    [one.length - middle, one.length],
  ].map(([from, to]) => {
    const [a, b] = [one, other].map((loops) => median(loops.slice(from, to).map(of)) ?? Number.NaN);
    return (a ?? Number.NaN) / (b ?? Number.NaN);
  });
}

/** Halves that are far from each other, or of which one says what is needed and the other does not. */
function spreads(ratios: readonly number[], needed: number): Text | undefined {
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  const spread = most / least;
  if (spread <= mostSpread && (least >= needed || most < needed)) return undefined;
  const times = spread.toFixed(2);
  return { en: `the halves of the run differ ${times} times`, zh: `两半运行相差 ${times} 倍` };
}

/** Threads that had no CPU, though there are some, do not tell how fast they are, nor meet at a lock. */
function busyOf(loops: readonly Looped[], threads: number): Text | undefined {
  const available = Math.min(1, availableParallelism() / threads);
  const had = median(loops.map(({ cpuShare }) => cpuShare));
  const share = had === null ? 1 : had / available;
  if (share >= leastShare) return undefined;
  const percent = Math.round(share * 100);
  return {
    en: `the threads had a CPU for ${percent} % of the time in which they could run`,
    zh: `线程在可以运行的时间中只有 ${percent} % 占有 CPU`,
  };
}

function tooNoisy(ratios: readonly number[], noise: Text): Text {
  const told = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
  return {
    en: `too noisy: ${noise.en}; the ratios are ${told}`,
    zh: `噪声过大：${noise.zh}；比值为 ${told}`,
  };
}

function whyNoTwo(threads: number): Text | undefined {
  if (threads === 1) return { en: 'one thread alone has nobody to wait for', zh: '单个线程没有可等待的对象' };
  if (availableParallelism() > 1) return undefined;
  return {
    en: 'this process may use one CPU: two threads do not run at once, and so seldom meet at a lock',
    zh: '本进程只能使用一个 CPU：两个线程不会同时运行，因此很少在锁上相遇',
  };
}

export function columnOf({ columns }: Found, { id }: Setting): Column {
  const column = columns.find(({ setting }) => setting.id === id);
  if (!column) throw new Error(`there is no setting ${id}`);
  return column;
}

function isWithin(amount: number | null, [least, most]: readonly [number, number]): boolean {
  return amount !== null && amount >= least && amount <= most;
}

function notTaken(tunable: string): Text {
  return {
    en: `${tunable} was not seen to be taken, so there is nothing to compare`,
    zh: `没有看到 ${tunable} 生效，因此无从比较`,
  };
}

const unknown: Text = { en: 'this kernel or C library does not tell', zh: '此内核或 C 库没有给出' };
