import type { Text } from '../../../protocol/text.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import { engineFaults } from '../../experiment-kit/shared-steps.ts';
import { mallocThreshold } from '../../experiment-kit/steady-malloc.ts';
import { together } from '../../regions/look.ts';
import type { Answered, Found } from './found.ts';

export const claims = {
  'mmap-faults': {
    en: 'Faults of mmap and munmap each time: one for each page of each block',
    zh: '每次 mmap 与 munmap 的缺页：每块的每一页一次',
    unit: 'faults',
  },
  'malloc-faults': {
    en: 'Faults of malloc, one block at a time: it has the same pages ready again',
    zh: '逐个分配时 malloc 的缺页：同样的页再次可用',
    unit: 'faults',
  },
  'cold-faults': {
    en: 'Faults of the cold pool: one for each of its pages that was used, once',
    zh: '冷池的缺页：用到的每一页一次，仅一次',
    unit: 'faults',
  },
  'hot-faults': {
    en: 'Faults of the hot pool: its pages are there before the first request',
    zh: '热池的缺页：首个请求之前其页都已就绪',
    unit: 'faults',
  },
  'hot-locked': {
    en: 'Pages of the hot pool in memory and locked before the first request',
    zh: '首个请求之前热池中驻留且已锁定的页',
    unit: 'pages',
  },
  'used-by-one': {
    en: 'Pages of the cold pool in memory after all requests one at a time: those of one slot',
    zh: '逐个处理所有请求之后冷池中驻留的页：仅一个槽的页',
    unit: 'pages',
  },
  'used-by-bursts': {
    en: 'Pages of the cold pool in memory after the bursts: those of as many slots as a burst holds',
    zh: '突发之后冷池中驻留的页：一次突发所占的槽的页',
    unit: 'pages',
  },
  'mmap-slower': {
    en: 'In bursts mmap takes at least three times as long as the hot pool: p50 and p99, in both halves of the run',
    zh: '突发时 mmap 至少用热池三倍的时间：运行的前后两半中 p50 与 p99 皆然',
    unit: 'times',
  },
  'malloc-slower': {
    en: 'In bursts malloc takes at least three times as long as the hot pool: p50 and p99, in both halves of the run',
    zh: '突发时 malloc 至少用热池三倍的时间：运行的前后两半中 p50 与 p99 皆然',
    unit: 'times',
  },
  'cold-first': {
    en: 'In its first burst the cold pool takes at least twice as long as the hot pool in its first: p50',
    zh: '首次突发中冷池至少用热池首次突发两倍的时间：p50',
    unit: 'times',
  },
} as const;

export type PoolClaim = keyof typeof claims;
type PoolLab = Lab<PoolClaim>;

const leastSlower = 3;
const leastFirst = 2;

/** How far the hot pool's p99 may be from its p50: for more it has no reason but the machine's. */
const mostOwnTail = 5;

/** How many times as long as later its first burst may take, new to the processor's caches alone. */
const mostOwnFirst = 5;

/** The p99 of fewer tells nothing. */
const leastRequests = 1000;

/** The middle of fewer first uses tells nothing. */
const leastFirstUses = 16;

/** Bytes of a burst from which on malloc gives most of it back each time. */
const leastBurstBytes = 8 * mallocThreshold;

export function stateClaims(lab: PoolLab, found: Found): void {
  claimFaults(lab, found);
  const { hot, slots, slotPages, burst, usedByOne, usedByBursts, one, bursts } = found;
  lab.claim('hot-locked', slots * slotPages, hot.locked);
  lab.claim('used-by-one', slotPages, one.cold.refused ?? usedByOne.pages);
  lab.claim('used-by-bursts', burst * slotPages, bursts.cold.refused ?? usedByBursts.pages);
  claimSlower(lab, found, 'mmap');
  claimSlower(lab, found, 'malloc');
  claimFirst(lab, found);
}

function claimFaults(lab: PoolLab, { one, bursts, requests, slotPages, burst, huge, hot }: Found): void {
  const ofBoth = (id: 'mmap' | 'cold' | 'hot') =>
    huge ?? together(faultsOf(one[id]), faultsOf(bursts[id]), (first, second) => first + second);
  // Of the engine: when it runs code for the first time, and in some of the requests.
  const most = (loads: number) => 96 + (loads * requests) / 50;
  const mapped = 2 * requests * slotPages;
  lab.claimWithOwn('mmap-faults', mapped, ofBoth('mmap'), 32 + mapped / 100, engineFaults);
  lab.claimWithOwn('malloc-faults', 0, faultsOf(one.malloc), most(1), engineFaults);
  lab.claimWithOwn('cold-faults', burst * slotPages, ofBoth('cold'), most(2), engineFaults);
  lab.claimWithOwn('hot-faults', 0, hot.notPrefaulted ?? ofBoth('hot'), most(2), engineFaults);
}

function faultsOf({ refused, minorFaults }: Answered) {
  return refused ?? minorFaults;
}

/** Told by both halves of the run. */
function claimSlower(lab: PoolLab, found: Found, id: 'mmap' | 'malloc'): void {
  const { bursts, requests, burst, bytes, hot } = found;
  const refused = bursts[id].refused ?? bursts.hot.refused ?? hot.notPrefaulted;
  const few = requests < leastRequests ? tooFew(requests) : undefined;
  const small = id === 'malloc' && burst * bytes < leastBurstBytes ? smallBurst : undefined;
  const compared = [bursts[id], bursts.hot] as const;
  const [middle, tail] = [ratiosOf(compared, 'p50'), ratiosOf(compared, 'p99')];
  const least = Math.min(...middle, ...tail);
  const why = least < leastSlower ? (keptByMalloc(found, id) ?? noiseOf(compared, middle, tail)) : undefined;
  const measured = refused ?? few ?? small ?? why ?? least;
  lab.claimAtLeast(`${id}-slower`, leastSlower, measured);
}

type Compared = readonly [slower: Answered, pool: Answered];

/** One over the other, in each half. */
function ratiosOf([slower, pool]: Compared, at: 'p50' | 'p99'): number[] {
  return slower.halves.map((half, index) => (half?.[at] ?? Number.NaN) / (pool.halves[index]?.[at] ?? Number.NaN));
}

/** Where a block of somebody else's lies above those of a burst, malloc cannot give them back, and has them ready. */
function keptByMalloc({ bursts, requests, slotPages }: Found, id: 'mmap' | 'malloc'): Text | undefined {
  const { minorFaults } = bursts.malloc;
  const pages = requests * slotPages;
  if (id === 'mmap' || minorFaults > (pages * 3) / 4) return undefined;
  return {
    en: `in this run malloc did not give all of each burst back, as when another block lies above it: ${minorFaults} faults for ${pages} pages`,
    zh: `本次运行中 malloc 没有每次都归还整个突发，例如其上方还有别的块：${pages} 页只缺页 ${minorFaults} 次`,
  };
}

/** Why what was measured tells nothing, with the figures; undefined where it was steady. */
function noiseOf([, { times }]: Compared, middle: readonly number[], tail: readonly number[]): Text | undefined {
  const [at, ratios] = Math.min(...middle) < leastSlower ? (['p50', middle] as const) : (['p99', tail] as const);
  const own = times && at === 'p99' ? times.p99 / times.p50 : 1;
  const steady = Math.max(...ratios) < leastSlower;
  if (steady && own <= mostOwnTail) return undefined;
  const why = steady
    ? {
        en: `the hot pool’s own p99 is ${own.toFixed(1)} times its p50 (over ${mostOwnTail})`,
        zh: `热池自身的 p99 为其 p50 的 ${own.toFixed(1)} 倍（超过 ${mostOwnTail}）`,
      }
    : { en: `the two halves of the run disagree at ${at}`, zh: `运行的前后两半在 ${at} 上不一致` };
  const told = [middle, tail].map((each) => each.map((ratio) => ratio.toFixed(1)).join(', '));
  return {
    en: `too noisy: ${why.en}; the ratios of the halves are ${told[0]} at p50 and ${told[1]} at p99`,
    zh: `噪声过大：${why.zh}；两半的比值在 p50 为 ${told[0]}，在 p99 为 ${told[1]}`,
  };
}

/** The first burst of both is new to the processor's caches, but only the cold pool's is new to the page table. */
function claimFirst(lab: PoolLab, found: Found): void {
  const { bursts, requests, burst, hot } = found;
  const refused = bursts.cold.refused ?? bursts.hot.refused ?? hot.notPrefaulted;
  const few = requests < burst || burst <= leastFirstUses ? tooFewFirst(Math.min(requests, burst)) : undefined;
  const ratio = (bursts.cold.first?.p50 ?? Number.NaN) / (bursts.hot.first?.p50 ?? Number.NaN);
  const why = ratio < leastFirst ? slowWithoutFaults(found) : undefined;
  lab.claimAtLeast('cold-first', leastFirst, refused ?? few ?? why ?? ratio);
}

/**
 * A hypervisor may fill page tables of its own when memory is used first, whatever the guest's hold: under PVM the hot
 * pool's first burst took 130 times its later ones, with one fault.
 */
function slowWithoutFaults({ bursts: { hot }, burst, slotPages }: Found): Text | undefined {
  const times = (hot.first?.p50 ?? Number.NaN) / (hot.times?.p50 ?? Number.NaN);
  if (!(times > mostOwnFirst) || hot.minorFaults > (burst * slotPages) / 8) return undefined;
  return {
    en: `the hot pool’s own first burst took ${times.toFixed(1)} times its later ones (over ${mostOwnFirst}), with ${hot.minorFaults} faults: a first use is slow here without them, as under a hypervisor`,
    zh: `热池自身的首次突发用时为之后的 ${times.toFixed(1)} 倍（超过 ${mostOwnFirst}），而缺页只有 ${hot.minorFaults} 次：此处首次使用即使没有缺页也很慢，例如在虚拟机监控程序之下`,
  };
}

function tooFew(requests: number): Text {
  return {
    en: `too few to tell: ${requests} requests, and it takes at least ${leastRequests}`,
    zh: `数量过少，无法判断：${requests} 个请求，至少需要 ${leastRequests} 个`,
  };
}

function tooFewFirst(uses: number): Text {
  return {
    en: `too few to tell: ${uses} blocks in the first burst, and it takes more than ${leastFirstUses}`,
    zh: `数量过少，无法判断：首次突发只有 ${uses} 块，需多于 ${leastFirstUses} 块`,
  };
}

const smallBurst: Text = {
  en: 'a burst of less than 1 MiB: malloc may keep all of it',
  zh: '一次突发不足 1 MiB：malloc 可能全部保留',
};
