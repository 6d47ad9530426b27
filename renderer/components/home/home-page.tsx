import { Kbd, UnstyledButton } from '@mantine/core';
import { useEffect } from 'react';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { lastOf } from '../../store/miniature.ts';
import type { AppState } from '../../store/store.ts';
import { search } from '../frame/search-store.ts';
import { isText, readBlock } from '../guide/experiment-block.ts';
import { Problems } from '../shared/problems.tsx';
import classes from './home.module.css';
import { HomeSide } from './home-side.tsx';
import { placeOf } from './place-of.ts';
import { QuestionRow } from './question-row.tsx';
import { questions } from './questions.ts';

/** Where one begins: questions with what was measured of them, the last runs, and the machine. */
export default function HomePage() {
  const { t } = useWords();
  const { recordings } = useActions();
  const catalogue = useApp((state) => state.catalogue);
  const ended = useApp(endedRuns);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that has ended is one more recording
  useEffect(() => void recordings.list(), [recordings, ended]);
  useLastMeasured();
  return (
    <div className={classes.page}>
      <div className={classes.questions}>
        <header className={classes.head}>
          <h1>{t('home.title')}</h1>
          <UnstyledButton className={classes.ask} onClick={() => search.open()} aria-keyshortcuts="Control+K">
            <span>{t('home.ask')}</span>
            <Kbd size="xs">Ctrl K</Kbd>
          </UnstyledButton>
        </header>
        <Problems />
        {catalogue &&
          questions.map((question) => {
            const named = readBlock(question.command, catalogue);
            return isText(named) ? undefined : <QuestionRow key={question.id} question={question} named={named} />;
          })}
      </div>
      <HomeSide />
    </div>
  );
}

/** How many of the questions were answered by a run here. */
const endedRuns = ({ miniatures }: AppState): number =>
  questions.filter((question) => {
    const miniature = miniatures.get(placeOf(question));
    return miniature?.program !== undefined && miniature.recordedAt === undefined;
  }).length;

/**
 * Questions that nobody has run in this window show what their last recording says; one is read at a time, since each
 * takes a process.
 */
function useLastMeasured(): void {
  const { miniatures } = useActions();
  const catalogue = useApp((state) => state.catalogue);
  const listed = useApp((state) => state.recordings?.listed);
  const shown = useApp((state) => state.miniatures);
  useEffect(() => {
    if (!catalogue || !listed) return;
    const all = questions.map((question) => shown.get(placeOf(question)));
    if (all.some((each) => each?.starting || (each?.recordedAt !== undefined && each.session !== undefined))) return;
    for (const question of questions) {
      const named = shown.has(placeOf(question)) ? undefined : readBlock(question.command, catalogue);
      const last = named && !isText(named) && lastOf(named.experiment.id, listed);
      if (last) return void miniatures.read(placeOf(question), last.file, last.createdAt);
    }
  }, [miniatures, catalogue, listed, shown]);
}
