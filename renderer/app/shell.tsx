import { lazy, Suspense, useEffect } from 'react';
import { Bar } from '../components/frame/bar.tsx';
import { LostBanner } from '../components/frame/connection-lost.tsx';
import { Navigation } from '../components/frame/navigation.tsx';
import { Search } from '../components/frame/search.tsx';
import { KeysHelp } from '../components/keys/keys-help.tsx';
import { usePresenting } from '../components/presentation/use-presenting.ts';
import { DropFile } from '../components/recordings/drop-file.tsx';
import { Unrecorded } from '../components/recordings/unrecorded.ts';
import { useApp, useWords } from '../context/context.ts';
import { usePanelKeys } from '../context/panels.ts';
import { useClicks, useShortcuts } from '../context/shortcuts.ts';
import { currentSession, type Place, shownExperiment, shownSession } from '../store/store.ts';
import classes from './shell.module.css';
import { ViewBoundary } from './view-boundary.tsx';

// Each is loaded when it is opened.
const ExperimentPage = lazy(async () => ({
  default: (await import('../components/experiment/experiment-page.tsx')).ExperimentPage,
}));
const LimitsPage = lazy(async () => ({ default: (await import('../components/limits/limits-page.tsx')).LimitsPage }));
const RecordingsPage = lazy(async () => ({
  default: (await import('../components/recordings/recordings-page.tsx')).RecordingsPage,
}));
const WorkbenchPage = lazy(async () => ({
  default: (await import('../components/workbench/workbench-page.tsx')).WorkbenchPage,
}));
const ProcessesPage = lazy(async () => ({
  default: (await import('../components/processes/processes-page.tsx')).ProcessesPage,
}));
const ProcessPage = lazy(async () => ({
  default: (await import('../components/process/process-page.tsx')).ProcessPage,
}));
const FilesPage = lazy(async () => ({ default: (await import('../components/files/files-page.tsx')).FilesPage }));
const Presentation = lazy(() => import('../components/presentation/presentation.tsx'));
const HomePage = lazy(() => import('../components/home/home-page.tsx'));
const GuidePage = lazy(() => import('../components/guide/guide-page.tsx'));

/** Places whose bar says more than that of the others. */
const withOwnBar: ReadonlySet<Place['kind']> = new Set(['workbench', 'experiment', 'process', 'files']);

/** The frame of the window: the rail, and the place that it led to. */
export function Shell() {
  const { t, pick } = useWords();
  const experiment = useApp(shownExperiment);
  const place = useApp((state) => state.place);
  const process = useApp((app) => {
    if (place.kind !== 'process') return undefined;
    const name = currentSession(app, 'process')?.target?.process.name;
    return name ? t('process.title', { name }) : t('process.untold', { pid: place.pid });
  });
  const titles = {
    home: undefined,
    guide: t('guide.title'),
    limits: t('limits.title'),
    workbench: t('workbench.title'),
    recordings: t('recordings.title'),
    experiment: experiment && pick(experiment.title),
    process: place.kind === 'process' ? process : undefined,
    processes: t('processes.title'),
    files: t('files.title'),
  };
  // A window is found among others by its run.
  const state = useApp((app) => (place.kind === 'experiment' ? shownSession(app)?.state : undefined));
  const named = titles[place.kind];
  const title = named && state ? t('app.titleWithState', { title: named, state: t(`state.${state}`) }) : named;
  useClicks();
  useShortcuts();
  usePanelKeys();
  const presenting = usePresenting();
  useEffect(() => {
    document.title = title ? `${title} · Pagescope` : 'Pagescope';
  }, [title]);
  if (presenting) {
    return (
      <main id="main" className={classes.presented}>
        <ViewBoundary>
          <Suspense>
            <Presentation />
          </Suspense>
        </ViewBoundary>
      </main>
    );
  }
  return (
    <div className={classes.shell}>
      <button type="button" className={classes.skip} onClick={() => document.getElementById('main')?.focus()}>
        {t('app.skip')}
      </button>
      <LostBanner />
      <Navigation />
      <main id="main" tabIndex={-1} className={classes.main}>
        <ViewBoundary key={place.kind}>
          <Suspense>
            {place.kind === 'workbench' && <WorkbenchPage />}
            {place.kind === 'experiment' && <ExperimentPage />}
            {place.kind === 'process' && <ProcessPage key={place.pid} pid={place.pid} />}
            {place.kind === 'files' && <FilesPage asked={place.asked} />}
            {!withOwnBar.has(place.kind) && (
              <>
                <Bar />
                <div className={classes.content} data-panel="content">
                  {place.kind === 'home' && <HomePage />}
                  {place.kind === 'guide' && <GuidePage chapter={place.chapter} heading={place.heading} />}
                  {place.kind === 'limits' && (
                    <LimitsPage key={place.pid} fix={place.fix} limit={place.limit} pid={place.pid} />
                  )}
                  {place.kind === 'processes' && <ProcessesPage view={place.view} />}
                  {place.kind === 'recordings' && <RecordingsPage {...place} />}
                </div>
              </>
            )}
          </Suspense>
        </ViewBoundary>
      </main>
      <Search />
      <KeysHelp />
      <Unrecorded />
      <DropFile />
    </div>
  );
}
