import type { Result } from '../../../protocol/result.ts';

export interface Ranged {
  readonly offset: number;
  readonly length: number;
  /** The pages that were seen locked; null where that is unknown or the lock was refused. */
  readonly locked: { readonly firstPage: number; readonly pageCount: number } | null;
  readonly pageSize: number;
  /** Over the hole: what mlock answered, and the pages before it that are locked all the same, of them resident. */
  readonly answer: string;
  readonly before: number | null;
  readonly resident: number | null;
  /** The lock over the hole, and the look at what each of the two locked. */
  readonly holeStep: number;
  readonly holeLookStep: number;
  readonly lookStep: number;
  readonly keyStep: number;
}

export function lockRangeResult(ranged: Ranged): Result {
  const { offset, length, locked, pageSize, answer, before, resident, keyStep } = ranged;
  const { holeStep, holeLookStep, lookStep } = ranged;
  const from = (locked?.firstPage ?? 0) * pageSize;
  const bytes = (locked?.pageCount ?? 0) * pageSize;
  const before0 = (amount: number) => ({ label: { en: 'before', zh: '之前' }, amount, tone: 'absent' as const });
  return {
    text: {
      en: 'mlock locked whole pages: {pages}, {bytes} from byte {from}. Over a hole it answered {answer}, and {before} before the hole are locked all the same, {inMemory} of them in memory.',
      zh: 'mlock 锁定整页：{pages}，即从第 {from} 字节起的 {bytes}。跨过空洞时返回 {answer}，而空洞之前的 {before} 仍被锁定，其中 {inMemory} 个在内存中。',
    },
    values: {
      pages: { value: locked?.pageCount ?? null, unit: 'pages', step: lookStep, state: 'locked' },
      bytes: { value: locked ? bytes : null, unit: 'bytes', step: lookStep },
      from: { value: locked ? from : null, unit: 'plain', step: lookStep },
      answer: { value: answer, unit: 'plain', step: holeStep },
      before: { value: before, unit: 'pages', step: holeLookStep },
      inMemory: { value: resident, unit: 'plain', step: holeLookStep },
    },
    figure: {
      kind: 'strips',
      title: { en: 'The bytes asked for, and the pages locked', zh: '请求的字节与锁定的页' },
      unit: 'bytes',
      strips: [
        {
          label: { en: 'asked for', zh: '请求' },
          parts: [before0(offset), { label: { en: 'asked', zh: '请求' }, amount: length, tone: 'plain' }],
        },
        {
          label: { en: 'locked', zh: '锁定' },
          parts: locked ? [before0(from), { label: { en: 'locked', zh: '锁定' }, amount: bytes, tone: 'locked' }] : [],
        },
      ],
    },
    keyStep,
  };
}
