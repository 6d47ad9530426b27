import type { Result } from '../../../protocol/result.ts';

/** Null where the lock was refused, or the count is unknown. */
export interface NowOrLater {
  readonly nowNs: number | null;
  readonly laterNs: number | null;
  readonly touchNs: number | null;
  readonly residentNow: number | null;
  readonly residentLater: number | null;
  readonly vmLckBytes: number | null;
  /** The two locks, the look after each, and the touch, where there was one. */
  readonly steps: Readonly<Record<'now' | 'lookNow' | 'later' | 'lookLater', number>> & { readonly touch?: number };
}

export function lockOnFaultResult(seen: NowOrLater): Result {
  const { nowNs, laterNs, touchNs, residentNow, residentLater, vmLckBytes, steps } = seen;
  const resident = (pages: number | null) =>
    pages === null ? {} : { note: { en: `${pages} resident at once`, zh: `立即驻留 ${pages} 页` } };
  return {
    text: {
      en: 'mlock took {now} and had {residentNow} in memory; with MLOCK_ONFAULT the call took {later} and had {residentLater}, and the first touch of a page {touch}. VmLck grew by {bytes} for each.',
      zh: 'mlock 用时 {now}，内存中有 {residentNow}；带 MLOCK_ONFAULT 的调用用时 {later}，内存中有 {residentLater}，之后首次访问一页用时 {touch}。两者的 VmLck 各增加 {bytes}。',
    },
    values: {
      now: { value: nowNs, unit: 'ns', step: steps.now },
      residentNow: { value: residentNow, unit: 'pages', step: steps.lookNow, state: 'locked' },
      later: { value: laterNs, unit: 'ns', step: steps.later },
      residentLater: { value: residentLater, unit: 'pages', step: steps.lookLater },
      touch: { value: touchNs, unit: 'ns', ...(steps.touch !== undefined && { step: steps.touch }) },
      bytes: { value: vmLckBytes, unit: 'bytes', step: steps.now },
    },
    figure: {
      kind: 'bars',
      title: { en: 'What locking now costs, and what it puts off', zh: '立即锁定的代价，与推迟到以后的代价' },
      unit: 'ns',
      bars: [
        { label: { en: 'mlock', zh: 'mlock' }, value: nowNs, ...resident(residentNow) },
        {
          label: { en: 'mlock2(MLOCK_ONFAULT)', zh: 'mlock2(MLOCK_ONFAULT)' },
          value: laterNs,
          ...resident(residentLater),
        },
        { label: { en: 'first touch of a page', zh: '首次访问一页' }, value: touchNs },
      ],
    },
  };
}
