import type { Figure, Result } from '../../../protocol/result.ts';

/** Bytes, ns; null where it could not be measured. */
export interface Freed {
  readonly size: number;
  /** What the blocks' heap spans. */
  readonly heapBytes: number;
  /** Of the blocks that are in it. */
  readonly togetherBytes: number;
  /** In memory with all blocks, with all but one freed, and after malloc_trim. */
  readonly writtenBytes: number | null;
  readonly keptBytes: number | null;
  readonly trimmedBytes: number | null;
  readonly trimNs: number | null;
  readonly large: Readonly<{ size: number; bytes: number; backBytes: number | null; step: number }>;
  /** What each of them was measured by; nothing where malloc gave no block. */
  readonly steps?: Readonly<Record<'written' | 'kept' | 'trim' | 'trimmed', number>>;
}

export function freeKeepsRssResult(found: Freed): Result {
  const { large, steps } = found;
  const at = (name: keyof NonNullable<typeof steps>) => (steps ? { step: steps[name] } : {});
  return {
    text: {
      en: 'With all blocks freed but one, {kept} of {heap} stayed in memory; malloc_trim took {trim} and left {left}. Of {large} in blocks of {largeSize}, which malloc maps alone, {back} went back as they were freed.',
      zh: '只留一块之后，{heap} 中仍有 {kept} 在内存里；malloc_trim 用时 {trim}，之后剩 {left}。{largeSize} 的块由 malloc 单独映射，共 {large}，释放时归还 {back}。',
    },
    values: {
      heap: { value: found.writtenBytes, unit: 'bytes', ...at('written') },
      kept: { value: found.keptBytes, unit: 'bytes', state: 'resident', ...at('kept') },
      trim: { value: found.trimNs, unit: 'ns', ...at('trim') },
      left: { value: found.trimmedBytes, unit: 'bytes', ...at('trimmed') },
      large: { value: large.bytes, unit: 'bytes' },
      largeSize: { value: large.size, unit: 'bytes' },
      back: { value: large.backBytes, unit: 'bytes', step: large.step },
    },
    figure: figureOf(found),
    ...(steps && { keyStep: steps.kept }),
  };
}

/** One strip for each moment; the mark is what the program itself holds then. */
function figureOf(found: Freed): Figure {
  const strip = (label: { en: string; zh: string }, bytes: number | null, live: number) => ({
    label,
    parts:
      bytes === null
        ? []
        : [
            { label: { en: 'in memory', zh: '在内存中' }, amount: bytes, tone: 'resident' as const },
            {
              label: { en: 'given back', zh: '已归还' },
              amount: Math.max(0, found.heapBytes - bytes),
              tone: 'absent' as const,
            },
          ],
    marks: [{ label: { en: 'in use', zh: '使用中' }, at: live }],
  });
  const { size, togetherBytes } = found;
  return {
    kind: 'strips',
    title: { en: 'The heap of the small blocks, and what of it is in use', zh: '小块所在的堆，以及其中使用中的部分' },
    unit: 'bytes',
    strips: [
      strip({ en: 'all blocks', zh: '全部块' }, found.writtenBytes, togetherBytes),
      strip({ en: 'all freed but one', zh: '仅留一块' }, found.keptBytes, size),
      strip({ en: 'malloc_trim', zh: 'malloc_trim' }, found.trimmedBytes, size),
    ],
  };
}
