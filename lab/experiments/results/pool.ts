import { pageSize } from '../../../native/libc/sysconf.ts';
import { numbersIn } from '../../../protocol/quantity.ts';
import type { Figure, Result, ResultValue } from '../../../protocol/result.ts';
import { type Counted, countOrNull, together } from '../../regions/look.ts';
import type { Answered, Found } from '../pool/found.ts';

const time = (value: number | null): ResultValue => ({ value, unit: 'ns' });
const bytes = (value: number | null): ResultValue => ({ value, unit: 'bytes' });

export function poolResult(found: Found): Result {
  const { one, bursts, burst, hot, slots, slotPages, usedByOne, usedByBursts } = found;
  const size = slots * slotPages * pageSize();
  const used = (pages: Counted) => together(pages, pageSize(), (count, bytes) => count * bytes);
  return {
    text: {
      en: 'Prefaulting {pool} took {took} and cut p99.9 in bursts of {burst} from {malloc} with malloc to {hot} ({cold} with a cold pool); they used {used} of it. One block at a time leaves {idle} idle, for a p50 of {hotOne} instead of malloc’s {mallocOne}.',
      zh: '预先调入 {pool} 用时 {took}，使每次 {burst} 个的突发中 p99.9 从 malloc 的 {malloc} 降到 {hot}（冷池为 {cold}），用到其中 {used}。逐个分配时 {idle} 闲置，p50 为 {hotOne}，而 malloc 为 {mallocOne}。',
    },
    values: {
      pool: bytes(size),
      took: { ...time(hot.prefaultNs), step: hot.prefaultStep },
      burst: { value: burst, unit: 'plain' },
      malloc: percentileOf(bursts.malloc, 'p999'),
      cold: percentileOf(bursts.cold, 'p999'),
      hot: percentileOf(bursts.hot, 'p999'),
      used: { ...bytes(countOrNull(used(usedByBursts.pages))), step: usedByBursts.step, state: 'resident' },
      idle: {
        ...bytes(countOrNull(together(size, used(usedByOne.pages), (all, some) => all - some))),
        step: usedByOne.step,
      },
      hotOne: percentileOf(one.hot, 'p50'),
      mallocOne: percentileOf(one.malloc, 'p50'),
    },
    figure: figureOf(found),
    // The cold pool with one slot in memory beside the hot one with all.
    keyStep: one.hot.step,
  };
}

/** Unknown where the kernel gave it no more. */
function percentileOf({ refused, times, step }: Answered, at: 'p50' | 'p999'): ResultValue {
  return { ...time(refused ? null : (times?.[at] ?? null)), step };
}

function figureOf({ bursts, burst, bytes: size }: Found): Figure {
  const told = (language: 'en' | 'zh') => numbersIn(language).bytes(size);
  return {
    kind: 'percentiles',
    title: {
      en: `Time to get ${told('en')} and write them, in bursts of ${burst}`,
      zh: `获取 ${told('zh')} 并写入所用的时间，每次突发 ${burst} 个`,
    },
    unit: 'ns',
    series: [bursts.mmap, bursts.malloc, bursts.cold, bursts.hot].map(({ name, times }) => ({
      label: name,
      count: times?.count ?? 0,
      points: times?.points ?? [],
      buckets: times?.buckets ?? [],
    })),
  };
}
