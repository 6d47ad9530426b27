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
 * both, once there is one, the figure of the result; before all, in the experiments about secrets, the core files that
 * were searched.
 */
export function TimelineTabs({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const session = useApp(shownSession);
  const locks = useShowsLocks(experiment, session);
  const [chosen, setChosen] = useState<string | null>(null);
  const core = experiment.group === 'secrets' || (session?.coreFiles.length ?? 0) > 0;
  const figure = session?.result?.figure;
  if (!locks && !core && !figure) return <TimelinePanel />;
  const names = namesOf(experiment, { locks, core, figure: figure !== undefined });
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

interface Shown {
  readonly locks: boolean;
  readonly core: boolean;
  readonly figure: boolean;
}

/** The tabs that there are, the one in front first. */
function namesOf({ group }: ExperimentDescriptor, { locks, core, figure }: Shown): readonly Name[] {
  const overTime: readonly Name[] = group === 'locking' ? ['locks', 'counts'] : ['counts', 'locks'];
  const there = { core, figure, locks, counts: true };
  return (['core', 'figure', ...overTime] as const).filter((name) => there[name]);
}

/** Whether the experiment is about locking, or a step was, or a locked page has been seen. */
function useShowsLocks(experiment: ExperimentDescriptor, session: Session | undefined): boolean {
  usePagesVersion();
  const pages = usePages();
  if (experiment.group === 'locking' || (session?.digest.locking.length ?? 0) > 0) return true;
  return session?.regions.some(({ id }) => everLocked(pages.region(session.id, id))) ?? false;
}
