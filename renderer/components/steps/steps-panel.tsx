import type { Step } from '../../../protocol/events.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { Log } from '../../store/session/append-only-list.ts';
import { highlightOf, shownSession } from '../../store/store.ts';
import { Empty, Panel } from '../shared/panel.tsx';
import { Diagnosis } from './diagnosis.tsx';
import { StepList } from './step-list.tsx';
import classes from './steps-panel.module.css';

const noSteps = Log.of<Step>();

/** Every call as it was made. Choosing one shows its pages; the list follows the newest until it is scrolled back. */
export function StepsPanel() {
  const { t, format } = useWords();
  const { highlight } = useActions();
  const steps = useApp((state) => shownSession(state)?.steps ?? noSteps);
  const diagnosed = useApp((state) => shownSession(state)?.digest.diagnosed);
  return (
    <Panel title={t('steps.title')} note={steps.length > 0 ? format.number(steps.length) : undefined}>
      {steps.length === 0 ? (
        <Empty>{t('steps.empty')}</Empty>
      ) : (
        <div className={classes.split}>
          <div className={classes.list}>
            <StepList steps={steps} label={t('steps.list')} onChoose={(step) => highlight(step && highlightOf(step))} />
          </div>
          <Diagnosis steps={steps} last={diagnosed} />
        </div>
      )}
    </Panel>
  );
}
