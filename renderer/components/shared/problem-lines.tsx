import { CloseButton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useWords } from '../../context/context.ts';
import classes from './problem-lines.module.css';
import type { Hindrance } from './use-problems.ts';

/** What stands in the way, where the caption is: it takes no room from the pages. */
export function ProblemLines({ problems }: { problems: readonly Hindrance[] }) {
  const { t } = useWords();
  return (
    <div className={classes.lines}>
      {problems.map(({ title, text, dismiss }) => (
        <div key={title} className={classes.line} role="alert">
          <IconAlertTriangle size={15} aria-hidden />
          <p>
            <strong>{title}</strong> {text}
          </p>
          {dismiss && <CloseButton size="xs" aria-label={t('experiment.dismiss')} onClick={dismiss} />}
        </div>
      ))}
    </div>
  );
}
