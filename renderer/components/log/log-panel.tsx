import { useRef, useState } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useActions, useApp, usePages, useWords } from '../../context/context.ts';
import type { Session } from '../../store/session/session.ts';
import { aroundStep, instantOf, type Side } from '../../store/session/shown-step.ts';
import { workbenchSession } from '../../store/store.ts';
import { Empty } from '../shared/panel.tsx';
import { StepList } from '../steps/step-list.tsx';
import { Entry } from './entry.tsx';
import { FilterBar } from './filter-bar.tsx';
import classes from './log.module.css';
import { everything, isFiltering } from './log-filter.ts';
import { ReplayNote } from './replay-note.tsx';
import { useFiltered } from './use-filtered.ts';

/** The log of the workbench: every action as the calls that it was, with its pages before and after. */
export function LogPanel() {
  const { t } = useWords();
  const session = useApp(workbenchSession);
  if (session && session.steps.length > 0) return <FilledLog key={session.id} session={session} />;
  return (
    <section className={classes.split} aria-label={t('log.title')}>
      <Empty>{t('log.empty')}</Empty>
    </section>
  );
}

function FilledLog({ session }: { session: Session }) {
  const { t, format } = useWords();
  const { steps, digest } = session;
  const [filter, setFilter] = useState(everything);
  const [alone, setAlone] = useState(false);
  const shown = useFiltered(alone ? digest.differing : steps, filter);
  const chosen = useApp((state) => state.highlight?.step);
  const entry = chosen === undefined ? undefined : steps.numbered(chosen);
  const { choose, turn } = useChoice(session);
  const total = steps.length + steps.forgotten;
  const note =
    alone || isFiltering(filter)
      ? t('log.filtered', { shown: shown.length, total })
      : [
          t('log.count', { count: total }),
          ...(steps.forgotten > 0 ? [t('log.forgotten', { count: steps.forgotten })] : []),
        ].join(format.listSeparator);
  return (
    <section className={classes.split} aria-label={t('log.title')}>
      <ReplayNote session={session} alone={alone} onAlone={setAlone} />
      <FilterBar filter={filter} regions={session.regions} onFilter={setFilter} />
      <p className={classes.note}>{note}</p>
      <div className={classes.list}>
        {shown.length === 0 ? (
          <Empty>{t('log.none')}</Empty>
        ) : (
          <StepList steps={shown} label={t('log.list')} compact onChoose={choose} onEnter={turn} />
        )}
      </div>
      {entry && <Entry key={entry.index} session={session} step={entry} onClose={() => choose(undefined)} />}
    </section>
  );
}

/** Choosing an entry shows what it changed; Enter turns between what was there before and after. */
function useChoice(session: Session) {
  const { highlight, lookAt, log } = useActions();
  const pages = usePages();
  const look = useApp((state) => state.look);
  // Who goes through the log entry by entry looks at the same side of each.
  const last = useRef<Side>('difference');
  if (look) last.current = look.side;
  const show = (step: Step, side: Side): void => {
    const around = aroundStep(session, step, (region) => pages.region(session.id, region));
    lookAt({ step: step.index, side, instant: instantOf(side, step, around) });
  };
  return {
    choose(step: Step | undefined): void {
      if (step) {
        void log.highlight(step);
        show(step, last.current);
      } else {
        highlight(undefined);
        lookAt(undefined);
      }
    },
    turn: (step: Step): void => show(step, look?.step === step.index && look.side === 'before' ? 'after' : 'before'),
  };
}
