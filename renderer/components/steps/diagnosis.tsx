import { IconArrowRight } from '@tabler/icons-react';
import type { Step } from '../../../protocol/events.ts';
import { addressOfLimits } from '../../context/address.ts';
import { useApp, useWords } from '../../context/context.ts';
import type { Log } from '../../store/session/append-only-list.ts';
import classes from './steps-panel.module.css';

/**
 * The way from a refused lock to its fix: for the chosen step, else for the last that has one. It stands below the
 * list, because a link inside an option of a listbox is out of the keyboard's reach.
 */
export function Diagnosis({ steps, last }: { steps: Log<Step>; last: Step | undefined }) {
  const { t } = useWords();
  const chosen = useApp((state) => state.highlight?.step);
  const explained = chosen === undefined ? undefined : steps.numbered(chosen);
  const step = explained?.diagnosis ? explained : last;
  if (!step?.diagnosis) return undefined;
  return (
    <p className={classes.refused}>
      <span>{t('steps.refused', { index: step.index + 1, call: step.call, errno: step.errno ?? '' })}</span>
      <a href={addressOfLimits(step.diagnosis.fix)}>
        {t('steps.fix')}
        <IconArrowRight size={13} aria-hidden />
      </a>
    </p>
  );
}
