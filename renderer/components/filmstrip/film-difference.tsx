import { CloseButton } from '@mantine/core';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { useDiffering } from '../../context/differing.ts';
import { sampleAt } from '../../store/session/instant.ts';
import type { Session } from '../../store/session/session.ts';
import { type Against, shownSample, shownStep } from '../../store/store.ts';
import classes from './filmstrip.module.css';

/** What a step is compared with when the playhead is elsewhere: another instant of the same session. */
export const useAgainstStep = ({ id }: Session): Against | undefined =>
  useApp(({ against }) => (against?.of === id && against.session === id ? against : undefined));

/** How many states are told of: the rest is their sum. */
const mostChanges = 3;

/** What is different between the step that is compared with and the instant that is shown: pages by state, VmLck. */
export function FilmDifference({ session, against }: { session: Session; against: Against }) {
  const { t, format } = useWords();
  const { compareWith } = useActions();
  const { count, both, changes, coming } = useDiffering(session.id, session.regions);
  const step = useApp(shownStep);
  const now = useApp((state) => shownSample(state)?.vmLck);
  const before = sampleAt(session.samples, against.tNs ?? 0)?.vmLck;
  const from =
    against.step === undefined ? format.duration(against.tNs ?? 0) : t('film.stepNumber', { index: against.step + 1 });
  const to = step ? t('film.stepNumber', { index: step.index + 1 }) : t('film.nowShort');
  const told = [
    ...changes.slice(0, mostChanges).map((change) =>
      t('film.changed', {
        pages: t('pages.count', { count: change.pages }),
        from: t(`pageState.${change.from}`),
        to: t(`pageState.${change.to}`),
      }),
    ),
    ...(before !== undefined && now !== undefined && before !== now
      ? [t('film.vmLckChanged', { from: format.bytes(before), to: format.bytes(now) })]
      : []),
  ];
  return (
    <div className={classes.difference}>
      <p role="status">
        <b>{t('film.between', { from, to })}</b>{' '}
        {both > 0
          ? t('film.differ', { count, pages: both })
          : t(coming ? 'recordings.compare.loading' : 'film.nothingToCompare')}
        {told.length > 0 && <span>{told.join(format.listSeparator)}</span>}
      </p>
      <CloseButton size="xs" aria-label={t('film.endCompare')} onClick={() => compareWith(undefined)} />
    </div>
  );
}
