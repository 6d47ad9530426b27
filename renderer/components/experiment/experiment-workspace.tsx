import { Group, Panel as Pane, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useWords } from '../../context/context.ts';
import { TimelineTabs } from '../lock-timeline/timeline-tabs.tsx';
import { PagesPanel } from '../page-map/pages-panel.tsx';
import { ResultsPanel } from '../results/results-panel.tsx';
import classes from '../shared/workspace.module.css';
import { StepsPanel } from '../steps/steps-panel.tsx';

/**
 * What is below the pages, of some groups of experiments: bars of locks need more height than two lines, and strips of
 * core files more than three pages do. Each keeps the split that it was given.
 */
const splits: Partial<Record<ExperimentDescriptor['group'], { readonly id: string; readonly below: string }>> = {
  locking: { id: 'pagescope.left.locking', below: '33%' },
  secrets: { id: 'pagescope.left.secrets', below: '52%' },
};

/** The panels of a run and the splits between them, which are remembered. The grid takes the room that is left. */
export function Workspace({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const columns = useDefaultLayout({ id: 'pagescope.columns', storage: localStorage });
  const { id, below } = splits[experiment.group] ?? { id: 'pagescope.left.residency', below: '33%' };
  const left = useDefaultLayout({ id, storage: localStorage });
  const right = useDefaultLayout({ id: 'pagescope.right', storage: localStorage });
  return (
    <Group className={classes.group} orientation="horizontal" {...columns}>
      <Pane id="work" minSize={420}>
        <Group key={id} orientation="vertical" {...left}>
          <Pane id="pages" minSize={180}>
            <PagesPanel />
          </Pane>
          <Separator className={classes.between ?? ''} aria-label={t('app.resize')} />
          <Pane id="timeline" defaultSize={below} minSize={110}>
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
