import { useEffect } from 'react';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { MiniGrid } from '../miniature/mini-grid.tsx';
import { useMiniature } from '../miniature/use-miniature.ts';
import { useReleaseWhenRead } from '../miniature/use-release-when-read.ts';
import classes from './expected.module.css';

/** As many captions as are read at a glance. */
const mostCaptions = 3;
/** Nobody has run it for this long, ms: to read a recording takes a process, which would disturb what is measured. */
const idleMs = 1500;
/** More regions than this are not told apart at a glance. */
const mostGrids = 6;

/** What a run will show: the first of its claims as captions, over a ghost of the pages of its last recording. */
export function Expected({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t, pick } = useWords();
  return (
    <div className={classes.expected}>
      <Ghost experiment={experiment.id} />
      <h2>{t('expected.title')}</h2>
      <ol>
        {experiment.claims.slice(0, mostCaptions).map(({ id, text }) => (
          <li key={id}>{pick(text)}</li>
        ))}
      </ol>
      <p>{t('pages.emptyHint')}</p>
    </div>
  );
}

/** The pages as the last recording of the experiment has them. It is measured, and it says when. */
function Ghost({ experiment }: { experiment: string }) {
  const { t, format } = useWords();
  const { miniatures } = useActions();
  const place = `expected/${experiment}`;
  const view = useMiniature(place, experiment);
  const starting = useApp((state) => state.starting);
  useReleaseWhenRead(place, view);
  useEffect(() => {
    if (starting) return void miniatures.release(place);
    const timer = setTimeout(() => void miniatures.readLast(place, experiment), idleMs);
    return () => clearTimeout(timer);
  }, [starting, miniatures, place, experiment]);
  const { session, miniature } = view;
  return (
    <div
      ref={(element) => {
        view.ref.current = element;
      }}
      className={classes.ghost}
    >
      {session && miniature?.recordedAt !== undefined && (
        <>
          <div className={classes.grids}>
            {session.regions.slice(0, mostGrids).map((region) => (
              <MiniGrid key={region.id} session={session} region={region} pagesOf={view.pagesOf} />
            ))}
          </div>
          <p>{t('expected.ghost', { time: format.date(new Date(miniature.recordedAt)) })}</p>
        </>
      )}
    </div>
  );
}
