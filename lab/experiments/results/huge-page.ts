import type { Result } from '../../../protocol/result.ts';
import { countOrNull, type Look } from '../../regions/look.ts';

export interface OneByte {
  readonly hugePages: number;
  readonly huge: Look;
  readonly small: Look;
  readonly hugeFaultNs: number;
  readonly smallFaultNs: number;
  readonly pages: number;
  readonly keyStep: number;
}

export function hugePageResult({ hugePages, huge, small, hugeFaultNs, smallFaultNs, pages, keyStep }: OneByte): Result {
  return {
    text: {
      en: 'Writing one byte in each of {places} places brought {huge} in where huge pages were asked for, and {small} where they were not; a fault took {hugeFault} there and {smallFault} here.',
      zh: '在 {places} 处各写一个字节：要求使用大页的区域调入 {huge}，未要求的只调入 {small}；一次缺页分别用时 {hugeFault} 与 {smallFault}。',
    },
    values: {
      places: { value: hugePages, unit: 'plain' },
      huge: { value: countOrNull(huge.count('resident')), unit: 'pages' },
      small: { value: countOrNull(small.count('resident')), unit: 'pages' },
      hugeFault: { value: hugeFaultNs, unit: 'ns' },
      smallFault: { value: smallFaultNs, unit: 'ns' },
    },
    figure: {
      kind: 'pages',
      title: { en: 'The same writes, with huge pages and without', zh: '同样的写入，使用与不使用大页' },
      grids: [
        { label: { en: 'MADV_HUGEPAGE', zh: 'MADV_HUGEPAGE' }, pages, unknown: huge.unknown, runs: huge.runs() },
        { label: { en: 'MADV_NOHUGEPAGE', zh: 'MADV_NOHUGEPAGE' }, pages, unknown: small.unknown, runs: small.runs() },
      ],
    },
    keyStep,
  };
}
