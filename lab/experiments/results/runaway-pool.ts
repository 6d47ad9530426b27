import type { Figure, Result, ResultValue } from '../../../protocol/result.ts';
import type { Text } from '../../../protocol/text.ts';
import { type Counted, countOrNull } from '../../regions/look.ts';
import type { Found, Outcome } from '../runaway-pool/found.ts';

export function runawayResult(found: Found): Result {
  const { uncapped, dontneed, free, keyStep } = found;
  const pageBytes = uncapped.served.region.pageSize;
  const bytes = (pages: Counted): ResultValue => {
    const known = countOrNull(pages);
    return { value: known === null ? null : known * pageBytes, unit: 'bytes' };
  };
  const took = ({ served }: Outcome): ResultValue => ({
    value: served.errno === null ? served.waveNs.reduce((sum, ns) => sum + ns, 0) : null,
    unit: 'ns',
  });
  const misses = ({ served }: Outcome): ResultValue => ({ value: served.pool.misses, unit: 'plain' });
  return {
    text: {
      en: 'After the last wave the pool without a cap kept {kept}. With the cap, MADV_DONTNEED left {left}, at {misses} misses in place of {missesKept} and {time} in place of {timeKept}; MADV_FREE took {timeFree} and left {leftFree}, {lazy} of it for the kernel to take when memory is short. The peak was {top} all the same.',
      zh: '最后一波之后，无上限的池保留 {kept}。有上限时，MADV_DONTNEED 剩 {left}，未命中 {misses} 次（无上限 {missesKept} 次），用时 {time}（无上限 {timeKept}）；MADV_FREE 用时 {timeFree}，剩 {leftFree}，其中 {lazy} 可在内存紧张时由内核取走。峰值同样是 {top}。',
    },
    values: {
      kept: { ...bytes(uncapped.atEnd), step: uncapped.endStep, state: 'resident' },
      left: { ...bytes(dontneed.atEnd), step: dontneed.endStep, state: 'resident' },
      leftFree: { ...bytes(free.atEnd), step: free.endStep, state: 'resident' },
      lazy: { value: countOrNull(free.lazyFreeBytes), unit: 'bytes', step: free.endStep },
      misses: misses(dontneed),
      missesKept: misses(uncapped),
      time: took(dontneed),
      timeKept: took(uncapped),
      timeFree: took(free),
      top: { ...bytes(dontneed.atPeak), step: dontneed.peakStep },
    },
    figure: figureOf(found),
    keyStep,
  };
}

function figureOf({ uncapped, dontneed, free }: Found): Figure {
  const curve = (label: Text, { served }: Outcome) => ({
    label,
    points: served.points.map(({ at, resident }): [number, number | null] => [at, resident]),
  });
  return {
    kind: 'lines',
    title: { en: 'Live blocks, and what of each pool is in memory', zh: '存活的块，以及各池在内存中的部分' },
    x: { label: { en: 'taken and given back', zh: '取用与归还' }, unit: 'plain' },
    y: { label: { en: 'in memory', zh: '在内存中' }, unit: 'bytes' },
    series: [
      {
        label: { en: 'live', zh: '存活' },
        points: uncapped.served.points.map(({ at, live }): [number, number | null] => [at, live]),
      },
      curve({ en: 'no cap', zh: '无上限' }, uncapped),
      curve({ en: 'cap, MADV_DONTNEED', zh: '有上限，MADV_DONTNEED' }, dontneed),
      curve({ en: 'cap, MADV_FREE', zh: '有上限，MADV_FREE' }, free),
    ],
  };
}
