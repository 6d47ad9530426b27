import type { Result } from '../../../protocol/result.ts';
import { logBuckets, median } from '../../base/log-buckets.ts';

/** What touching came to. Counts are null where they could not be told. */
export interface Touched {
  readonly pages: number;
  readonly access: 'read' | 'write';
  /** What came is the shared zero page alone. */
  readonly zero: boolean;
  readonly before: number | null;
  readonly after: number | null;
  readonly faults: number;
  /** What each page took, ns; where several were touched in one call, their mean. */
  readonly perPageNs: readonly number[];
  /** The step of each of them. */
  readonly steps: readonly number[];
  /** The looks before and after. */
  readonly beforeStep: number;
  readonly afterStep: number;
}

export function firstTouchResult(touched: Touched): Result {
  const { pages, access, zero, before, after, faults, perPageNs, steps, beforeStep, afterStep } = touched;
  const slowest = perPageNs.reduce((most, ns, index) => (ns > (perPageNs[most] ?? 0) ? index : most), 0);
  const [en, zh] = access === 'write' ? ['write', '写入'] : ['read', '读取'];
  return {
    text: {
      en: `{pages} came one by one, with {faults}: the median ${en} took {middle}, the slowest {slowest}. Resident before: {before}; after: {after}.`,
      zh: `{pages} 逐页调入，{faults}：每次${zh}的中位数为 {middle}，最慢 {slowest}。此前驻留 {before}，此后 {after}。`,
    },
    values: {
      pages: { value: pages, unit: 'pages' },
      faults: { value: faults, unit: 'faults' },
      middle: { value: median(perPageNs), unit: 'ns' },
      slowest: { value: perPageNs[slowest] ?? null, unit: 'ns', step: steps[slowest] ?? afterStep },
      before: { value: before, unit: 'pages', step: beforeStep },
      after: { value: after, unit: 'pages', step: afterStep, state: zero ? 'zero' : 'resident' },
    },
    figure: {
      kind: 'histogram',
      title: { en: 'What a first touch took: how many pages', zh: '首次访问一页所用的时间：页数分布' },
      unit: 'ns',
      buckets: logBuckets(perPageNs),
    },
  };
}
