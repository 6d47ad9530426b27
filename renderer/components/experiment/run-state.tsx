import { nothingMeasured } from '../../../protocol/claim-amount.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import classes from '../frame/bar.module.css';

/** Where the run is, in a word; while paused, what comes next. */
export function RunState() {
  const { t, pick } = useWords();
  const starting = useApp((state) => state.starting);
  const session = useApp(shownSession);
  const state = session?.state ?? 'ready';
  const blank = state === 'completed' && nothingMeasured([...(session?.claims.values() ?? [])]);
  return (
    <span className={classes.state} role="status" data-state={blank ? 'unmeasured' : state}>
      <i aria-hidden />
      {starting ? t('run.starting') : blank ? t('state.unmeasured') : t(`state.${state}`)}
      {state === 'paused' && session?.next && (
        <span className={classes.next}>{t('run.next', { title: pick(session.next) })}</span>
      )}
    </span>
  );
}
