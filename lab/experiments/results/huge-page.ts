import type { Result } from '../../../protocol/result.ts';
import { countOrNull, type Look } from '../../regions/look.ts';

export interface OneByte {
  readonly huge: Look;
  readonly small: Look;
  readonly hugeFaultNs: number;
  readonly smallFaultNs: number;
  readonly pages: number;
  /** The write of each. */
  readonly hugeStep: number;
  readonly keyStep: number;
}

export function hugePageResult(found: OneByte): Result {
  const { huge, small, hugeFaultNs, smallFaultNs, pages, hugeStep, keyStep } = found;
  const whole = huge.count('huge') === huge.count('resident');
  return {
    text: {
      en: 'A byte for each huge page brought {huge} in where they were asked for, and {small} where they were not; a fault took {hugeFault} there and {smallFault} here.',
      zh: '每个大页长度写一个字节：要求使用大页的区域调入 {huge}，未要求的只调入 {small}；一次缺页分别用时 {hugeFault} 与 {smallFault}。',
    },
    values: {
      huge: {
        value: countOrNull(huge.count('resident')),
        unit: 'pages',
        step: huge.step,
        state: whole ? 'huge' : 'resident',
      },
      small: { value: countOrNull(small.count('resident')), unit: 'pages', step: small.step, state: 'resident' },
      hugeFault: { value: hugeFaultNs, unit: 'ns', step: hugeStep },
      smallFault: { value: smallFaultNs, unit: 'ns', step: keyStep },
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
