import type { Figure, Result, ResultValue } from '../../../protocol/result.ts';
import type { Text } from '../../../protocol/text.ts';

/** What one touch brought in, or why it could not be counted. */
type Seen = { readonly pages: number; readonly pagesBefore: number; readonly step: number } | Text;

export interface Windows {
  readonly normal: Seen;
  readonly sequential: Seen;
  readonly random: Seen;
  /** Pages that were locked, and those of them that stayed when the file was evicted. Null where it was refused. */
  readonly locked: number | null;
  readonly survived: number | null;
  /** What locked them, and the look after the eviction. */
  readonly lockStep?: number;
  readonly lookStep?: number;
}

export function fileCacheResult(windows: Windows): Result {
  const { normal, sequential, random, locked, survived, lockStep, lookStep } = windows;
  const window = (seen: Seen): ResultValue =>
    'pages' in seen ? { value: seen.pages, unit: 'pages', step: seen.step } : { value: null, unit: 'pages' };
  return {
    text: {
      en: 'One touch read {normal} under MADV_NORMAL, {sequential} under MADV_SEQUENTIAL and {random} under MADV_RANDOM. Of {locked} locked, {survived} stayed when the file was evicted.',
      zh: '一次访问读入的页：MADV_NORMAL {normal}，MADV_SEQUENTIAL {sequential}，MADV_RANDOM {random}。锁定的 {locked} 在逐出文件后留下 {survived}。',
    },
    values: {
      normal: window(normal),
      sequential: window(sequential),
      random: window(random),
      locked: { value: locked, unit: 'pages', state: 'locked', ...at(lockStep) },
      survived: { value: survived, unit: 'plain', ...at(lookStep) },
    },
    figure: {
      kind: 'strips',
      title: { en: 'What one touch read, before and after its page', zh: '一次访问读入的页：该页之前与之后' },
      unit: 'pages',
      strips: [stripOf('MADV_NORMAL', normal), stripOf('MADV_SEQUENTIAL', sequential), stripOf('MADV_RANDOM', random)],
    },
  };
}

const at = (step: number | undefined) => (step === undefined ? {} : { step });

function stripOf(advice: string, seen: Seen): Extract<Figure, { kind: 'strips' }>['strips'][number] {
  const label = { en: advice, zh: advice };
  if (!('pages' in seen)) return { label, parts: [] };
  const after = Math.max(0, seen.pages - seen.pagesBefore - 1);
  return {
    label,
    parts: [
      { label: { en: 'before', zh: '之前' }, amount: seen.pagesBefore, tone: 'resident' },
      { label: { en: 'touched', zh: '被访问' }, amount: 1, tone: 'plain' },
      { label: { en: 'after', zh: '之后' }, amount: after, tone: 'resident' },
    ],
  };
}
