import type { Result } from '../../../protocol/result.ts';

export interface Limited {
  readonly limitBytes: number;
  readonly largestPages: number;
  readonly pageSize: number;
  /** What one page more was answered; undefined where nothing was refused. */
  readonly errno: string | undefined;
  /** What an mmap over the limit was answered after MCL_FUTURE. */
  readonly futureErrno: string | undefined;
  /** What locked the most, where anything was; the mmap after MCL_FUTURE. */
  readonly largestStep: number | undefined;
  readonly futureStep: number;
  readonly keyStep: number;
}

export function lockLimitResult(found: Limited): Result {
  const { limitBytes, largestPages, pageSize, errno, futureErrno, largestStep, futureStep, keyStep } = found;
  const largest = largestPages * pageSize;
  return {
    text: {
      en: '{pages} could be locked under a limit of {limit}; one more was answered {errno}. After mlockall(MCL_FUTURE) an mmap over the limit was answered {future}.',
      zh: '上限为 {limit} 时可锁定 {pages}；再多一页返回 {errno}。mlockall(MCL_FUTURE) 之后，超过上限的 mmap 返回 {future}。',
    },
    values: {
      limit: { value: limitBytes, unit: 'bytes' },
      pages: {
        value: largestPages,
        unit: 'pages',
        state: 'locked',
        ...(largestStep !== undefined && { step: largestStep }),
      },
      errno: { value: errno ?? '0', unit: 'plain', step: keyStep },
      future: { value: futureErrno ?? null, unit: 'plain', step: futureStep },
    },
    figure: {
      kind: 'strips',
      title: { en: 'The limit, and what was over it', zh: '上限，以及超出它的部分' },
      unit: 'bytes',
      upright: true,
      strips: [
        {
          label: { en: 'mlock', zh: 'mlock' },
          parts: [
            { label: { en: 'locked', zh: '已锁定' }, amount: largest, tone: 'locked' },
            ...(errno === undefined
              ? []
              : [
                  {
                    label: { en: `refused: ${errno}`, zh: `被拒绝：${errno}` },
                    amount: pageSize,
                    tone: 'refused' as const,
                  },
                ]),
          ],
          marks: [{ label: { en: 'soft limit', zh: '软上限' }, at: limitBytes }],
        },
      ],
    },
    keyStep,
  };
}
