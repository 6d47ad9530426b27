import { useShallow } from 'zustand/react/shallow';
import type { Step } from '../../../protocol/events.ts';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { Log } from '../../store/session/append-only-list.ts';
import { resultWithoutPages, settledClaims, shownSession } from '../../store/store.ts';
import { LockTimeline } from '../lock-timeline/lock-timeline.tsx';
import { Figure } from '../result/figure.tsx';
import { Empty } from '../shared/panel.tsx';
import { SideTabs } from '../shared/side-tabs.tsx';
import { StepList } from '../steps/step-list.tsx';
import { Claims } from './claims.tsx';
import { ProgramTab } from './program-tab.tsx';
import classes from './side-panel.module.css';

const noSteps = Log.of<Step>();

/** What the kernel was asked and answered; the same as C; what the experiment says of it; and its figure above. */
export function SidePanel({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const locks = experiment.group === 'locking' || experiment.group === 'secrets';
  return (
    <SideTabs
      label={t('app.sideLabel')}
      above={<ResultFigure />}
      tabs={[
        { name: 'calls', title: t('steps.title'), content: <Calls /> },
        { name: 'program', title: t('program.title'), content: <ProgramTab /> },
        {
          name: 'claims',
          title: <ClaimsTitle total={experiment.claims.length} />,
          content: <Claims experiment={experiment} />,
        },
        ...(locks
          ? [
              {
                name: 'locks',
                title: t('locks.title'),
                content: <Locks />,
              },
            ]
          : []),
      ]}
    />
  );
}

function Locks() {
  const { t } = useWords();
  const session = useApp(shownSession);
  return session ? <LockTimeline key={session.id} session={session} /> : <Empty>{t('locks.empty')}</Empty>;
}

/** Above the tabs from when there is a result, unless it stands where pages would. */
function ResultFigure() {
  const { t } = useWords();
  const result = useApp((state) => shownSession(state)?.result);
  const elsewhere = useApp((state) => resultWithoutPages(state) !== undefined);
  if (!result || elsewhere) return undefined;
  return (
    <section className={classes.figure} aria-label={t('result.title')}>
      <Figure figure={result.figure} />
    </section>
  );
}

/** Every call as it was made. Choosing one shows its pages; the list follows the newest until it is scrolled back. */
function Calls() {
  const { t } = useWords();
  const { goTo } = useActions();
  const steps = useApp((state) => shownSession(state)?.steps ?? noSteps);
  if (steps.length === 0) return <Empty>{t('steps.empty')}</Empty>;
  return <StepList steps={steps} label={t('steps.list')} onChoose={goTo} />;
}

function ClaimsTitle({ total }: { total: number }) {
  const { t } = useWords();
  const all = useApp(useShallow(settledClaims));
  const failed = all.some(({ status }) => status === 'failed');
  const held = all.filter(({ status }) => status === 'held').length;
  return (
    <>
      {t('claims.title')}{' '}
      {all.length > 0 && (
        <small className={classes.summary} data-failed={failed || undefined}>
          {t('claims.summary', { held, total })}
        </small>
      )}
    </>
  );
}
