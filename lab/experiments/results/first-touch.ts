import type { Result } from '../../../protocol/result.ts';
import { logBuckets, median } from '../../base/log-buckets.ts';

/** What touching came to. Counts are null where they could not be told. */
export interface Touched {
  readonly pages: number;
  readonly access: 'read' | 'write';
  readonly before: number | null;
  readonly after: number | null;
  readonly faults: number;
  /** What each page took, ns; where several were touched in one call, their mean. */
  readonly perPageNs: readonly number[];
}

export function firstTouchResult({ pages, access, before, after, faults, perPageNs }: Touched): Result {
  const [en, zh] = access === 'write' ? ['Writing', '写'] : ['Reading', '读'];
  return {
    text: {
      en: `${en} {pages} brought them in one by one: {faults}; the median touch took {middle}, the slowest {slowest}. Resident before: {before}; after: {after}.`,
      zh: `${zh} {pages}，逐页调入：{faults}；每次访问的中位数为 {middle}，最慢 {slowest}。此前驻留 {before}，此后 {after}。`,
    },
    values: {
      pages: { value: pages, unit: 'pages' },
      faults: { value: faults, unit: 'faults' },
      middle: { value: median(perPageNs), unit: 'ns' },
      slowest: { value: perPageNs.reduce<number | null>((a, b) => Math.max(a ?? 0, b), null), unit: 'ns' },
      before: { value: before, unit: 'pages' },
      after: { value: after, unit: 'pages' },
    },
    figure: {
      kind: 'histogram',
      title: { en: 'What a first touch took: how many pages', zh: '首次访问一页所用的时间：页数分布' },
      unit: 'ns',
      buckets: logBuckets(perPageNs),
    },
  };
}
