import { Tabs } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useApp, usePages, usePagesVersion, useWords } from '../../app/context.ts';
import type { Session } from '../../store/session.ts';
import { shownSession } from '../../store/store.ts';
import { Empty } from '../panel.tsx';
import { TimelineCharts, TimelinePanel } from '../timeline/timeline-panel.tsx';
import { everLocked, isAboutLocks } from './lock-kind.ts';
import { LockTimeline } from './lock-timeline.tsx';
import classes from './timeline-tabs.module.css';

const names = ['locks', 'counts'] as const;

/**
 * The run over time. Where anything is about locking, what is locked has a tab beside the counts: in front in the experiments about
 * locks, behind in others, so that a lock that is seen does not change what one looks at.
 */
export function TimelineTabs({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const session = useApp(shownSession);
  const shown = useShowsLocks(experiment, session);
  const [chosen, setChosen] = useState<string | null>(null);
  if (!shown) return <TimelinePanel />;
  const first = experiment.group === 'locking' ? 'locks' : 'counts';
  const title = { locks: t('locks.title'), counts: t('timeline.title') };
  return (
    <section className={classes.panel} aria-label={t('timeline.title')}>
      <Tabs
        value={chosen ?? first}
        onChange={setChosen}
        keepMounted={false}
        classNames={{ root: classes.tabs ?? '', list: classes.list ?? '' }}
      >
        <Tabs.List>
          {(first === 'locks' ? names : names.toReversed()).map((name) => (
            <Tabs.Tab key={name} value={name}>
              <h2 className={classes.title}>{title[name]}</h2>
            </Tabs.Tab>
          ))}
        </Tabs.List>
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

/** Whether the experiment is about locking, or a step was, or a locked page has been seen. */
function useShowsLocks(experiment: ExperimentDescriptor, session: Session | undefined): boolean {
  usePagesVersion();
  const pages = usePages();
  const steps = session?.steps;
  const locking = useMemo(() => steps?.some(isAboutLocks) ?? false, [steps]);
  if (experiment.group === 'locking' || locking) return true;
  return session?.regions.some(({ id }) => everLocked(pages.region(session.id, id))) ?? false;
}
