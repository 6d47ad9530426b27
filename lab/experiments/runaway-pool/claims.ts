import { availableParallelism } from 'node:os';
import type { Text } from '../../../protocol/text.ts';
import { formatBytes } from '../../base/format.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import { engineFaults } from '../../experiment-kit/shared-steps.ts';
import type { Found, Outcome } from './found.ts';

export const claims = {
  'uncapped-faults': {
    en: 'Faults of the pool without a cap in all waves: one for each of its pages',
    zh: '无上限的池在全部波中的缺页：每页一次',
    unit: 'faults',
  },
  'uncapped-end': {
    en: 'Pages in memory at the end without a cap: all that the peak had',
    zh: '无上限的池结束时在内存里的页：峰值时的全部',
    unit: 'pages',
  },
  'capped-peak': {
    en: 'Pages in memory at the peak with a cap: it does not make the peak lower',
    zh: '有上限的池在峰值时在内存里的页：上限并不降低峰值',
    unit: 'pages',
  },
  'dontneed-end': {
    en: 'Pages in memory at the end with MADV_DONTNEED: of the live blocks and of the idle ones under the cap',
    zh: '用 MADV_DONTNEED 时结束后在内存里的页：存活的块与上限之内的空闲块',
    unit: 'pages',
  },
  'dontneed-faults': {
    en: 'Faults with MADV_DONTNEED: what was given back is faulted in again at each peak',
    zh: '用 MADV_DONTNEED 时的缺页：归还的部分在每个峰值都要重新缺页',
    unit: 'faults',
  },
  'free-lazy': {
    en: 'LazyFree (smaps) at the end with MADV_FREE: memory that the kernel takes when it is short of it',
    zh: '用 MADV_FREE 时结束后的 LazyFree（smaps）：内存紧张时内核才取走的部分',
    unit: 'bytes',
  },
  'free-faults': {
    en: 'Faults with MADV_FREE: none again for pages that nobody took meanwhile',
    zh: '用 MADV_FREE 时的缺页：期间没有被取走的页不再缺页',
    unit: 'faults',
  },
  'dontneed-slower': {
    en: 'Each wave after the first takes at least 1.5 times as much CPU time with MADV_DONTNEED as without a cap',
    zh: '首波之后的每一波，用 MADV_DONTNEED 至少要用无上限时的 1.5 倍 CPU 时间',
    unit: 'times',
  },
} as const;

export type RunawayClaim = keyof typeof claims;
type RunawayLab = Lab<RunawayClaim>;

const leastRatio = 1.5;

/** Below this a wave takes too little for a clock and a busy machine. */
const leastWaveBytes = 4 * 1024 * 1024;

/** Pages that a CPU may have set aside before it marks them as free for the taking (a folio batch). mm/swap.c */
const pagesOfBatch = 31;

export function stateClaims(lab: RunawayLab, { load, uncapped, dontneed, free, huge }: Found): void {
  const { peak, low, cap, waves, slotBytes } = load;
  const slotPages = slotBytes / lab.pageSize;
  const all = peak * slotPages;
  const evicted = (peak - low - cap) * slotPages;
  const own = (expected: number) => 2 + expected * 0.03;
  const again = all + (waves - 1) * evicted;
  lab.claimWithOwn('uncapped-faults', all, huge ?? uncapped.faults, own(all), engineFaults);
  lab.claim('uncapped-end', all, uncapped.atEnd);
  lab.claim('capped-peak', all, dontneed.atPeak);
  lab.claim('dontneed-end', (low + cap) * slotPages, huge ?? dontneed.atEnd);
  lab.claimWithOwn('dontneed-faults', again, huge ?? dontneed.faults, own(again), engineFaults);
  const batched = pagesOfBatch * availableParallelism();
  const least = Math.max(0, evicted - batched) * lab.pageSize;
  const wrong = huge ?? taken(free, all * lab.pageSize);
  lab.claimBetween('free-lazy', least, evicted * lab.pageSize, wrong ?? free.lazyFreeBytes);
  lab.claimWithOwn('free-faults', all, wrong ?? free.faults, own(all), engineFaults);
  claimSlower(lab, uncapped, dontneed, evicted * lab.pageSize);
}

/** What the kernel has taken of freed pages meanwhile, because memory was short, as far as it was looked at. */
function taken({ served: { points } }: Outcome, allBytes: number): Text | undefined {
  const top = points.findIndex(({ resident }) => resident === allBytes);
  const least = Math.min(...points.slice(Math.max(0, top)).map(({ resident }) => resident ?? allBytes));
  if (top < 0 || least === allBytes) return undefined;
  const gone = formatBytes(allBytes - least);
  return {
    en: `memory was short in this run: the kernel took ${gone} of the freed pages meanwhile`,
    zh: `本次运行中内存紧张：内核期间取走了 ${gone} 已释放的页`,
  };
}

/** Each wave is compared on its own: where one says something else, the machine is too busy to tell. */
function claimSlower(lab: RunawayLab, uncapped: Outcome, dontneed: Outcome, evictedBytes: number): void {
  const expected: [number, null] = [leastRatio, null];
  if (evictedBytes < leastWaveBytes) {
    const least = formatBytes(leastWaveBytes);
    const given = formatBytes(evictedBytes);
    lab.skip('dontneed-slower', expected, {
      en: `too little to tell: ${given} are given back in a wave, and it takes at least ${least}`,
      zh: `太少，无法判断：每波归还 ${given}，至少需要 ${least}`,
    });
    return;
  }
  const refused: Text | undefined = typeof dontneed.atEnd === 'number' ? undefined : dontneed.atEnd;
  const later = (outcome: Outcome) => outcome.served.waveCpuNs.slice(1);
  const base = later(uncapped);
  const ratios = later(dontneed).map((ns, wave) => ns / (base[wave] ?? Number.NaN));
  const [lowest, highest] = [Math.min(...ratios), Math.max(...ratios)];
  if (!refused && lowest < leastRatio && highest >= leastRatio) {
    const shown = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
    lab.skip('dontneed-slower', expected, { en: `too noisy: ${shown} times`, zh: `噪声太大：${shown} 倍` });
    return;
  }
  lab.claimAtLeast('dontneed-slower', leastRatio, refused ?? Number(lowest.toFixed(2)));
}
