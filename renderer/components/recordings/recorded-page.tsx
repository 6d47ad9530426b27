import { useState } from 'react';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import type { Reopened } from '../../../protocol/service.ts';
import { useApp, useWords } from '../../context/context.ts';
import { nameOf } from '../../store/recordings-actions.ts';
import type { Session } from '../../store/session/session.ts';
import { currentSession } from '../../store/store.ts';
import { Caption } from '../experiment/caption.tsx';
import { Workspace } from '../experiment/experiment-workspace.tsx';
import { HeadlineFrame } from '../experiment/headline.tsx';
import { FilmBand } from '../filmstrip/filmstrip.tsx';
import bar from '../frame/bar.module.css';
import { NoteSlot } from '../page-map/note-slot.ts';
import { ProcessView } from '../process/process-page.tsx';
import { KeyMoment, ResultWords } from '../result/result-words.tsx';
import { ExportMenu } from '../shared/export-menu.tsx';
import page from '../shared/page.module.css';
import { Empty } from '../shared/panel.tsx';
import { ProblemLines } from '../shared/problem-lines.tsx';
import { Problems } from '../shared/problems.tsx';
import { useProblems } from '../shared/use-problems.ts';
import { Waiting } from '../shared/waiting.tsx';
import { Back } from './back.tsx';
import { Damaged } from './damaged.tsx';
import classes from './recorded.module.css';
import { RecordedBench } from './recorded-bench.tsx';
import { valuesText } from './values-text.ts';

/** A recording as its session was shown, but for what would run it; or, in words, why it is not open. */
export function RecordedPage({ name }: { name: string }) {
  const { t } = useWords();
  const reopened = useApp((state) => (state.reopened?.name === name ? state.reopened : undefined));
  const session = useApp((state) => (reopened ? currentSession(state, 'recordings') : undefined));
  const opening = useApp((state) => state.reopening === name);
  const missing = useApp(
    ({ recordings }) =>
      !/^[/@]/.test(name) && recordings !== undefined && !recordings.listed.some((listed) => nameOf(listed) === name),
  );
  if (reopened && session) return <Recorded reopened={reopened} session={session} />;
  return (
    <div className={page.page}>
      <Back />
      <h1 className={page.missing}>{t(opening ? 'recordings.title' : 'recordings.notOpened')}</h1>
      <Problems />
      {opening ? (
        <Waiting text={t('recordings.opening')} />
      ) : (
        missing && <Empty>{t('recordings.missing', { name })}</Empty>
      )}
    </div>
  );
}

function Recorded({ reopened, session }: { reopened: Reopened; session: Session }) {
  const { t, pick, format } = useWords();
  const { version, createdAt, experiment, environment } = reopened;
  const known = useApp((state) => state.catalogue?.find(({ id }) => id === experiment.id));
  const descriptor = known ?? standIn(reopened, session);
  const { kernel, architecture } = environment;
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const problems = useProblems();
  return (
    <NoteSlot value={slot}>
      <div className={classes.recorded}>
        <header className={classes.recordedHead}>
          <Back />
          <h1>{pick(experiment.title)}</h1>
          <span className={bar.state} role="status" data-state={session.state}>
            <i aria-hidden />
            {t(`state.${session.state}`)}
          </span>
          <p>
            {!session.target && valuesText(experiment.parameters, known, pick, format)}
            {!session.target && Object.keys(experiment.parameters).length > 0 && ' · '}
            {t('recordings.recorded', { time: format.date(new Date(createdAt)), version, kernel, architecture })}
          </p>
          <ExportMenu />
        </header>
        <Damaged session={session} />
        {session.target ? (
          <ProcessView session={session} target={session.target} />
        ) : (
          <>
            <HeadlineFrame
              onSlot={setSlot}
              sentence={session.result ? <ResultWords result={session.result} /> : pick(experiment.title)}
            >
              {problems.length > 0 ? <ProblemLines problems={problems} /> : <Caption />}
              {session.result && <KeyMoment result={session.result} />}
            </HeadlineFrame>
            {experiment.id === 'workbench' ? (
              <RecordedBench session={session.id} />
            ) : (
              <Workspace experiment={descriptor} />
            )}
            <FilmBand session={session} />
          </>
        )}
      </div>
    </NoteSlot>
  );
}

/** For an experiment that this version does not have: with the claims that were settled then. */
const standIn = ({ experiment, placement }: Reopened, { claims }: Session): ExperimentDescriptor => ({
  id: experiment.id,
  group: 'locking',
  title: experiment.title,
  summary: experiment.title,
  placement,
  parameters: [],
  claims: [...claims.values()].map(({ id, text }) => ({ id, text })),
  available: true,
});
