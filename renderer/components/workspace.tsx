import { Group, Panel as Pane, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { ExperimentDescriptor } from '../../protocol/experiment.ts';
import { useWords } from '../app/context.ts';
import { TimelineTabs } from './lock-timeline/timeline-tabs.tsx';
import { PagesPanel } from './pages/pages-panel.tsx';
import { ResultsPanel } from './results/results-panel.tsx';
import { StepsPanel } from './steps/steps-panel.tsx';
import classes from './workspace.module.css';

/** The panels of a run and the splits between them, which are remembered. The grid takes the room that is left. */
export function Workspace({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const columns = useDefaultLayout({ id: 'pagescope.columns', storage: localStorage });
  // Bars of locks need more height than two lines; each kind of experiment keeps the split that it was given.
  const locking = experiment.group === 'locking';
  const left = useDefaultLayout({ id: locking ? 'pagescope.left.locking' : 'pagescope.left', storage: localStorage });
  const right = useDefaultLayout({ id: 'pagescope.right', storage: localStorage });
  return (
    <Group className={classes.group} orientation="horizontal" {...columns}>
      <Pane id="work" minSize={420}>
        <Group key={locking ? 'locking' : 'other'} orientation="vertical" {...left}>
          <Pane id="pages" minSize={180}>
            <PagesPanel />
          </Pane>
          <Separator className={classes.between ?? ''} aria-label={t('app.resize')} />
          <Pane id="timeline" defaultSize={locking ? '33%' : '26%'} minSize={110}>
            <TimelineTabs key={experiment.id} experiment={experiment} />
          </Pane>
        </Group>
      </Pane>
      <Separator className={classes.beside ?? ''} aria-label={t('app.resize')} />
      <Pane id="side" defaultSize="30%" minSize={290} maxSize="55%">
        <Group orientation="vertical" {...right}>
          <Pane id="steps" minSize={140}>
            <StepsPanel />
          </Pane>
          <Separator className={classes.between ?? ''} aria-label={t('app.resize')} />
          <Pane id="results" defaultSize="46%" minSize={140}>
            <ResultsPanel experiment={experiment} />
          </Pane>
        </Group>
      </Pane>
    </Group>
  );
}
