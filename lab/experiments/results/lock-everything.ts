import type { Result } from '../../../protocol/result.ts';

interface Memory {
  readonly vmLckBytes: number;
  readonly vmRssBytes: number;
}

export interface Everything {
  readonly answer: string;
  readonly tookNs: number;
  readonly before: Memory;
  readonly locked: Memory;
  readonly after: Memory;
  /** mlockall, munlockall, and the look that follows the lock: within the turn there is no other picture. */
  readonly lockStep: number;
  readonly unlockStep: number;
  readonly keyStep: number;
}

export function lockEverythingResult(found: Everything): Result {
  const { answer, tookNs, before, locked, after, lockStep, unlockStep, keyStep } = found;
  const at = (en: string, zh: string, { vmLckBytes, vmRssBytes }: Memory) => [
    { label: { en: `VmLck ${en}`, zh: `VmLck ${zh}` }, value: vmLckBytes },
    { label: { en: `VmRSS ${en}`, zh: `VmRSS ${zh}` }, value: vmRssBytes },
  ];
  return {
    text: {
      en: 'mlockall answered {answer} after {took}: VmLck went from {lckBefore} to {lck}, memory in use from {rssBefore} to {rss}. After munlockall {lckAfter} is locked, and {rssAfter} still in use.',
      zh: 'mlockall 返回 {answer}，用时 {took}：VmLck 从 {lckBefore} 变为 {lck}，驻留内存从 {rssBefore} 变为 {rss}。munlockall 之后锁定 {lckAfter}，仍驻留 {rssAfter}。',
    },
    values: {
      answer: { value: answer, unit: 'plain', step: lockStep },
      took: { value: tookNs, unit: 'ns', step: lockStep },
      lckBefore: { value: before.vmLckBytes, unit: 'bytes' },
      lck: { value: locked.vmLckBytes, unit: 'bytes', step: keyStep },
      rssBefore: { value: before.vmRssBytes, unit: 'bytes' },
      rss: { value: locked.vmRssBytes, unit: 'bytes', step: keyStep },
      lckAfter: { value: after.vmLckBytes, unit: 'bytes', step: unlockStep },
      rssAfter: { value: after.vmRssBytes, unit: 'bytes', step: unlockStep },
    },
    figure: {
      kind: 'bars',
      title: { en: 'The process’s memory, locked and in use', zh: '进程的内存：锁定的与驻留的' },
      unit: 'bytes',
      bars: [
        ...at('before', '之前', before),
        ...at('while locked', '锁定时', locked),
        ...at('after munlockall', 'munlockall 之后', after),
      ],
    },
    keyStep,
  };
}
