import type { Result } from '../../../protocol/result.ts';

/** Bytes, ns, pages; null where it could not be measured. */
export interface Reserved {
  readonly reservedBytes: number;
  readonly reservedPages: number;
  readonly committedBytes: number;
  /** What is drawn page by page: the committed part and as much again. */
  readonly shownBytes: number;
  readonly reserveNs: number;
  readonly reserveStep: number;
  readonly againStep: number;
  readonly lookStep: number;
  readonly commitNs: number;
  readonly touchNs: number;
  readonly faultsAgain: number | null;
  readonly lookNs: number | null;
  readonly keyStep: number;
}

export function reserveCommitResult(found: Reserved): Result {
  const { reservedBytes, committedBytes, shownBytes, keyStep } = found;
  const committed = { label: { en: 'committed, in memory', zh: '已提交，在内存中' }, tone: 'resident' } as const;
  const reserved = { label: { en: 'reserved', zh: '仅保留' }, tone: 'absent' } as const;
  return {
    text: {
      en: 'To reserve took {reserve} and no memory; a chunk took {commit} to commit and {touch} to touch, and growing to {committed} moved nothing: the first one was read again with {again}. A look at all {pages} took {look}.',
      zh: '保留地址用时 {reserve}，不占内存；每块提交用时 {commit}，首次访问用时 {touch}；增长到 {committed} 没有移动任何数据：再读首块 {again}。查看全部 {pages} 用时 {look}。',
    },
    values: {
      reserve: { value: found.reserveNs, unit: 'ns', step: found.reserveStep },
      commit: { value: found.commitNs, unit: 'ns' },
      touch: { value: found.touchNs, unit: 'ns' },
      committed: { value: committedBytes, unit: 'bytes', step: keyStep, state: 'resident' },
      again: { value: found.faultsAgain, unit: 'faults', step: found.againStep },
      pages: { value: found.reservedPages, unit: 'pages' },
      look: { value: found.lookNs, unit: 'ns', step: found.lookStep },
    },
    figure: {
      kind: 'strips',
      title: { en: 'What is reserved, and what of it is in memory', zh: '保留的空间，以及其中在内存里的部分' },
      unit: 'bytes',
      ownScales: true,
      strips: [
        {
          label: { en: 'all of it', zh: '全部' },
          parts: [
            { ...committed, amount: committedBytes },
            { ...reserved, amount: reservedBytes - committedBytes },
          ],
        },
        {
          label: { en: 'its beginning', zh: '起始部分' },
          parts: [
            { ...committed, amount: committedBytes },
            { ...reserved, amount: shownBytes - committedBytes },
          ],
        },
      ],
    },
    keyStep,
  };
}
