import { Tabs } from '@mantine/core';
import { useState } from 'react';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useApp, usePages, usePagesVersion, useWords } from '../../context/context.ts';
import type { Session } from '../../store/session/session.ts';
import { shownSession } from '../../store/store.ts';
import { CoreFiles } from '../core-file/core-files.tsx';
import { Figure } from '../result/figure.tsx';
import { Empty } from '../shared/panel.tsx';
import tabbed from '../shared/tabbed-panel.module.css';
import { TimelineCharts, TimelinePanel } from '../timeline/timeline-panel.tsx';
import { everLocked } from './lock-kind.ts';
import { LockTimeline } from './lock-timeline.tsx';
import classes from './timeline-tabs.module.css';

type Name = 'figure' | 'core' | 'locks' | 'counts';

/**
 * The run over time. Where anything is about locking, what is locked has a tab beside the counts: in front in the
 * experiments about locks, behind in others, so that a lock that is seen does not change what one looks at. In front of
 * both, in the experiments about secrets, the core files that were searched; before all, once there is one, the
 * figure of the result.
 */
export function TimelineTabs({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const session = useApp(shownSession);
  const locks = useShowsLocks(experiment, session);
  const [chosen, setChosen] = useState<string | null>(null);
  const core = experiment.group === 'secrets' || (session?.coreFiles.length ?? 0) > 0;
  const figure = session?.result?.figure;
  if (!locks && !core && !figure) return <TimelinePanel />;
  const names: readonly Name[] = [...(figure ? (['figure'] as const) : []), ...namesOf(experiment, locks, core)];
  const title = {
    figure: t('result.title'),
    core: t('secrets.title'),
    locks: t('locks.title'),
    counts: t('timeline.title'),
  };
  return (
    <section className={tabbed.panel} aria-label={t('timeline.title')}>
      <Tabs
        value={chosen ?? names[0] ?? null}
        onChange={setChosen}
        keepMounted={false}
        classNames={{ root: tabbed.tabs ?? '', list: tabbed.list ?? '' }}
      >
        <Tabs.List>
          {names.map((name) => (
            <Tabs.Tab key={name} value={name}>
              <h2 className={tabbed.title}>{title[name]}</h2>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="figure" className={classes.body ?? ''}>
          {session?.result && <Figure figure={session.result.figure} measurements={session.measurements} />}
        </Tabs.Panel>
        <Tabs.Panel value="core" className={classes.body ?? ''}>
          <CoreFiles session={session} />
        </Tabs.Panel>
        <Tabs.Panel value="locks" className={classes.body ?? ''}>
          {session ? <LockTimeline key={session.id} session={session} /> : <Empty>{t('locks.empty')}</Empty>}
        </Tabs.Panel>
        <Tabs.Panel value="counts" className={classes.body ?? ''}>
          {session ? <TimelineCharts session={session} /> : <Empty>{t('timeline.empty')}</Empty>}
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

/** The tabs that there are, the one in front first. */
function namesOf({ group }: ExperimentDescriptor, locks: boolean, core: boolean): readonly Name[] {
  const overTime: readonly Name[] = !locks
    ? ['counts']
    : group === 'locking'
      ? ['locks', 'counts']
      : ['counts', 'locks'];
  return core ? ['core', ...overTime] : overTime;
}

/** Whether the experiment is about locking, or a step was, or a locked page has been seen. */
function useShowsLocks(experiment: ExperimentDescriptor, session: Session | undefined): boolean {
  usePagesVersion();
  const pages = usePages();
  if (experiment.group === 'locking' || (session?.digest.locking.length ?? 0) > 0) return true;
  return session?.regions.some(({ id }) => everLocked(pages.region(session.id, id))) ?? false;
}
