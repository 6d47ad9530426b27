import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react';
import type { Step } from '../../../protocol/events.ts';
import { addressOfFix } from '../../context/address.ts';
import { useActions, useWords } from '../../context/context.ts';
import lines from '../shared/problem-lines.module.css';
import { UnlockFirst } from './unlock-first.tsx';

/**
 * A refusal as what it is, a result: the call, its errno, what that means here, and the way out of it. It is the
 * caption: the pages stay where they are.
 */
export function RefusedAction({ session, step }: { session: number; step: Step }) {
  const { t, pick } = useWords();
  const { workbench } = useActions();
  const { call, errno, diagnosis, meaning, outcome, calls } = step;
  const some = calls && calls.made > calls.refused ? { made: calls.made, refused: calls.refused } : undefined;
  // What was measured; what an errno means in general stands in where nothing measured explains it.
  const words = [diagnosis?.text ?? meaning, outcome].flatMap((text) => (text ? [pick(text)] : []));
  return (
    <div className={lines.lines}>
      <div className={lines.line} role="alert">
        <IconAlertTriangle size={15} aria-hidden />
        <p>
          <strong>{t('workbench.refusal.title', { call, errno: errno ?? '' })}</strong>{' '}
          {[...words, ...(some ? [t('workbench.refusal.some', some)] : [])].join(' ')}
        </p>
        {diagnosis?.fix === 'unlock-first' && step.region !== undefined && (
          <UnlockFirst key={step.index} session={session} region={step.region} step={step.index} />
        )}
        {diagnosis && (
          <a href={addressOfFix(diagnosis)}>
            {t('workbench.refusal.fix')}
            <IconArrowRight size={13} aria-hidden />
          </a>
        )}
        <CloseButton
          size="xs"
          aria-label={t('workbench.refusal.dismiss')}
          onClick={() => workbench.dismiss(step.index)}
        />
      </div>
    </div>
  );
}
