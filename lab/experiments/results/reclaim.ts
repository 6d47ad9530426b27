import type { Figure, Result, ResultValue } from '../../../protocol/result.ts';
import type { Text } from '../../../protocol/text.ts';

/** What one advice did to half of a region that was not locked, and what it answered for the locked half. */
export interface Advised {
  readonly subject: 'cold' | 'dontneed' | 'free' | 'pageout' | 'file';
  readonly label: Text;
  readonly half: number;
  /** Of the unlocked half, still resident; null where that is unknown. */
  readonly left: number | null;
  /** The look that counted them. */
  readonly step: number;
  /** The answer for the locked half; undefined where it could not be locked. */
  readonly answer?: string;
  readonly grid: Omit<Extract<Figure, { kind: 'pages' }>['grids'][number], 'label' | 'note'>;
}

export function reclaimResult(advised: readonly Advised[]): Result {
  const left = (subject: Advised['subject']): ResultValue => {
    const found = advised.find((each) => each.subject === subject);
    return { value: found?.left ?? null, unit: 'plain', ...(found && { step: found.step }), state: 'resident' };
  };
  const answers = new Set(advised.flatMap(({ answer }) => answer ?? []));
  return {
    text: {
      en: 'Of {half} that were not locked, MADV_COLD left {cold}, MADV_DONTNEED {dontneed}, MADV_FREE {free} and MADV_PAGEOUT {pageout}; of a file MADV_PAGEOUT left {file} mapped. For locked pages the kernel answered {answer}.',
      zh: '未锁定的 {half} 中，MADV_COLD 留下 {cold}，MADV_DONTNEED {dontneed}，MADV_FREE {free}，MADV_PAGEOUT {pageout}；对文件，MADV_PAGEOUT 留下 {file} 个仍映射的页。对锁定的页，内核返回 {answer}。',
    },
    values: {
      half: { value: advised[0]?.half ?? null, unit: 'pages' },
      cold: left('cold'),
      dontneed: left('dontneed'),
      free: left('free'),
      pageout: left('pageout'),
      file: left('file'),
      answer: { value: answers.size > 0 ? [...answers].join(', ') : null, unit: 'plain' },
    },
    figure: {
      kind: 'pages',
      title: {
        en: 'Each advice on an unlocked half, then on a locked one',
        zh: '每种建议：先对未锁定的一半，再对锁定的一半',
      },
      grids: advised.map(({ label, answer, grid }) => ({
        label,
        ...(answer !== undefined && { note: { en: `locked half: ${answer}`, zh: `锁定的一半：${answer}` } }),
        ...grid,
      })),
    },
  };
}
