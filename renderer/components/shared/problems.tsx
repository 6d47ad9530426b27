import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { shownExperiment, shownSession } from '../../store/store.ts';
import classes from './page.module.css';

/** Whatever stands in the way of the session that is shown, in the engine's own sentence. */
export function Problems() {
  const { t, pick } = useWords();
  const { dismissRefusal } = useActions();
  const experiment = useApp((state) => (state.place.kind === 'experiment' ? shownExperiment(state) : undefined));
  const refusal = useApp((state) => state.refusal);
  const broken = useApp((state) => shownSession(state)?.problem);
  // What is asked of a process that has died is answered with what is shown of its death.
  const saidBelow = refusal?.kind === 'died' && broken?.kind === 'died';
  const icon = <IconAlertTriangle size={18} aria-hidden />;
  return (
    <div className={classes.problems}>
      {experiment && !experiment.available && (
        <Alert role="alert" data-tone="warn" color="orange" icon={icon} title={t('experiment.unavailable')}>
          {experiment.reason && pick(experiment.reason)}
        </Alert>
      )}
      {refusal && !saidBelow && (
        <Alert
          role="alert"
          data-tone="bad"
          color="red"
          icon={icon}
          title={t('experiment.refused')}
          withCloseButton
          closeButtonLabel={t('experiment.dismiss')}
          onClose={dismissRefusal}
        >
          {pick(refusal.text)}
        </Alert>
      )}
      {broken?.kind === 'died' && (
        <Alert
          role="alert"
          data-tone="warn"
          color="orange"
          icon={icon}
          title={broken.signal ? t('experiment.diedOf', { signal: broken.signal }) : t('experiment.died')}
        >
          {pick(broken.text)} {t('experiment.diedAlone')}
        </Alert>
      )}
      {broken && broken.kind !== 'died' && (
        <Alert
          role="alert"
          data-tone="bad"
          color="red"
          icon={icon}
          title={t(broken.kind === 'bad-input' ? 'experiment.refused' : 'experiment.failed')}
        >
          {pick(broken.text)}
        </Alert>
      )}
    </div>
  );
}
