import { nothingMeasured } from '../../../protocol/claim-amount.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import classes from '../frame/bar.module.css';

/** Where the run is, in a word; while paused, what comes next. */
export function RunState() {
  const { t, pick } = useWords();
  const starting = useApp((state) => state.starting);
  const state = useApp((app) => shownSession(app)?.state ?? 'ready');
  const next = useApp((app) => shownSession(app)?.next);
  const claims = useApp((app) => shownSession(app)?.claims);
  const blank = state === 'completed' && nothingMeasured([...(claims?.values() ?? [])]);
  return (
    <span className={classes.state} role="status" data-state={blank ? 'unmeasured' : state}>
      <i aria-hidden />
      {starting ? t('run.starting') : blank ? t('state.unmeasured') : t(`state.${state}`)}
      {state === 'paused' && next && <span className={classes.next}>{t('run.next', { title: pick(next) })}</span>}
    </span>
  );
}
