import { Alert, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useActions, useApp, useWords } from '../app/context.ts';
import { shownExperiment, shownSession } from '../store/store.ts';
import { ExperimentHead } from './experiment/experiment-head.tsx';
import classes from './experiment-page.module.css';
import { Empty } from './panel.tsx';
import { Waiting } from './waiting.tsx';
import { Workspace } from './workspace.tsx';

/** The experiment of the address: what it is, how to run it, what it shows; or, in words, why not. */
export function ExperimentPage() {
  const { t } = useWords();
  const catalogue = useApp((state) => state.catalogue);
  const selected = useApp((state) => state.selected);
  const refusal = useApp((state) => state.refusal);
  const experiment = useApp(shownExperiment);
  if (!catalogue)
    return (
      <>
        <VisuallyHidden component="h1">{t('app.name')}</VisuallyHidden>
        {refusal ? <Problems /> : <Waiting text={t('app.loading')} />}
      </>
    );
  if (!experiment) {
    return (
      <div className={classes.page}>
        <h1 className={classes.missing}>{t('experiment.missing')}</h1>
        <Empty>{selected === undefined ? t('experiment.none') : t('experiment.unknown', { id: selected })}</Empty>
      </div>
    );
  }
  return (
    <div className={classes.page}>
      <ExperimentHead experiment={experiment} />
      <Problems />
      <Workspace experiment={experiment} />
    </div>
  );
}

/** Whatever stands in the way, in the engine's own sentence. */
function Problems() {
  const { t, pick } = useWords();
  const { dismissRefusal } = useActions();
  const experiment = useApp(shownExperiment);
  const refusal = useApp((state) => state.refusal);
  const broken = useApp((state) => shownSession(state)?.problem);
  const icon = <IconAlertTriangle size={18} aria-hidden />;
  return (
    <div className={classes.problems}>
      {experiment && !experiment.available && (
        <Alert role="alert" data-tone="warn" color="orange" icon={icon} title={t('experiment.unavailable')}>
          {experiment.reason && pick(experiment.reason)}
        </Alert>
      )}
      {refusal && (
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
