import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useWords } from '../../context/context.ts';
import classes from './page.module.css';
import { useProblems } from './use-problems.ts';

/** Whatever stands in the way of the session that is shown, in the engine's own sentence. */
export function Problems() {
  const { t } = useWords();
  const problems = useProblems();
  return (
    <div className={classes.problems}>
      {problems.map(({ tone, title, text, dismiss }) => (
        <Alert
          key={title}
          role="alert"
          data-tone={tone}
          color={tone === 'bad' ? 'red' : 'orange'}
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title={title}
          withCloseButton={dismiss !== undefined}
          closeButtonLabel={t('experiment.dismiss')}
          {...(dismiss && { onClose: dismiss })}
        >
          {text}
        </Alert>
      ))}
    </div>
  );
}
