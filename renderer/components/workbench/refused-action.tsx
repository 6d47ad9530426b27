import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { addressOfLimits } from '../../context/address.ts';
import { useActions, useWords } from '../../context/context.ts';
import classes from './workbench.module.css';

/** A refusal as what it is, a result: the call, its errno, what that means here, and the way to the fix. */
export function RefusedAction({ step }: { step: Step }) {
  const { t, pick } = useWords();
  const { workbench } = useActions();
  const box = useRef<HTMLDivElement>(null);
  // Among several regions it may stand below what is seen of them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each refusal comes into sight, also where the last one stood
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
  }, [step.index]);
  const { call, errno, diagnosis, meaning, outcome, calls } = step;
  const some = calls && calls.made > calls.refused ? { made: calls.made, refused: calls.refused } : undefined;
  return (
    <div ref={box} className={classes.refusal} role="alert">
      <IconAlertTriangle size={16} aria-hidden />
      <div>
        <p>
          <strong>{t('workbench.refusal.title', { call, errno: errno ?? '' })}</strong>{' '}
          <span className={classes.faint}>{t('workbench.refusal.step', { index: step.index + 1 })}</span>
        </p>
        {diagnosis && <p>{pick(diagnosis.text)}</p>}
        {meaning && <p className={diagnosis && classes.faint}>{pick(meaning)}</p>}
        {outcome && <p>{pick(outcome)}</p>}
        {some && <p>{t('workbench.refusal.some', some)}</p>}
      </div>
      {diagnosis && (
        <a href={addressOfLimits(diagnosis.fix)}>
          {t('workbench.refusal.fix')}
          <IconArrowRight size={13} aria-hidden />
        </a>
      )}
      <CloseButton
        size="sm"
        aria-label={t('workbench.refusal.dismiss')}
        onClick={() => workbench.dismiss(step.index)}
      />
    </div>
  );
}
