import { useEffect } from 'react';
import { ExperimentPage } from '../components/experiment/experiment-page.tsx';
import { Header } from '../components/frame/header.tsx';
import { Navigation } from '../components/frame/navigation.tsx';
import { Search } from '../components/frame/search.tsx';
import { StatusBar } from '../components/frame/status-bar.tsx';
import { LimitsPage } from '../components/limits/limits-page.tsx';
import { WorkbenchPage } from '../components/workbench/workbench-page.tsx';
import { useApp, useWords } from '../context/context.ts';
import { useShortcuts } from '../context/shortcuts.ts';
import { shownExperiment } from '../store/store.ts';
import classes from './shell.module.css';

/** The frame of the window: header, navigation, the experiment, the workbench or the limits, status bar. */
export function Shell() {
  const { t, pick } = useWords();
  const experiment = useApp(shownExperiment);
  const place = useApp((state) => state.place);
  const titles = {
    limits: t('limits.title'),
    workbench: t('workbench.title'),
    experiment: experiment && pick(experiment.title),
  };
  const title = titles[place.kind];
  useShortcuts();
  useEffect(() => {
    document.title = title ? `${title} · Pagescope` : 'Pagescope';
  }, [title]);
  return (
    <div className={classes.shell}>
      <button type="button" className={classes.skip} onClick={() => document.getElementById('main')?.focus()}>
        {t('app.skip')}
      </button>
      <Header />
      <Navigation />
      <main id="main" tabIndex={-1} className={classes.main}>
        {place.kind === 'limits' && <LimitsPage fix={place.fix} />}
        {place.kind === 'workbench' && <WorkbenchPage />}
        {place.kind === 'experiment' && <ExperimentPage />}
      </main>
      <StatusBar />
      <Search />
    </div>
  );
}
