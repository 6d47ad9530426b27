import { VisuallyHidden } from '@mantine/core';
import { useApp, useWords } from '../../context/context.ts';
import { shownExperiment } from '../../store/store.ts';
import classes from '../shared/page.module.css';
import { Empty } from '../shared/panel.tsx';
import { Problems } from '../shared/problems.tsx';
import { Waiting } from '../shared/waiting.tsx';
import { ExperimentHead } from './experiment-head.tsx';
import { Workspace } from './experiment-workspace.tsx';

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
