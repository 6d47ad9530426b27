import { nothingMeasured } from '../../../protocol/claim-amount.ts';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import { ResultLine } from '../result/result-line.tsx';
import { ExportMenu } from '../shared/export-menu.tsx';
import classes from './experiment-head.module.css';
import { PaceAndPlacement } from './pace-and-placement.tsx';
import { ParameterForm, ParameterProblems } from './parameter-form.tsx';
import { RunControls } from './run-controls.tsx';

/** What the experiment is, its parameters, and the controls that run it. */
export function ExperimentHead({ experiment }: { experiment: ExperimentDescriptor }) {
  const { pick } = useWords();
  const session = useApp(shownSession);
  return (
    <header className={classes.head}>
      <div className={classes.row}>
        <div className={classes.words}>
          <h1 className={classes.title}>{pick(experiment.title)}</h1>
          <RunState />
          {session?.result ? (
            <ResultLine session={session} result={session.result} />
          ) : (
            <p className={classes.summary}>{pick(experiment.summary)}</p>
          )}
        </div>
        <div className={classes.controls}>
          <RunControls experiment={experiment} />
          <ExportMenu />
        </div>
      </div>
      <div className={classes.row}>
        <ParameterForm experiment={experiment} />
        <div className={classes.controls}>
          <PaceAndPlacement />
        </div>
      </div>
      <ParameterProblems experiment={experiment} />
    </header>
  );
}

/** Where the run is, in a word; while paused, what comes next. */
function RunState() {
  const { t, pick } = useWords();
  const starting = useApp((state) => state.starting);
  const session = useApp(shownSession);
  const state = session?.state ?? 'ready';
  const blank = state === 'completed' && nothingMeasured([...(session?.claims.values() ?? [])]);
  return (
    <span className={classes.state} role="status" data-state={blank ? 'unmeasured' : state}>
      {starting ? t('run.starting') : blank ? t('state.unmeasured') : t(`state.${state}`)}
      {state === 'paused' && session?.next && (
        <span className={classes.next}>{t('run.next', { title: pick(session.next) })}</span>
      )}
    </span>
  );
}
