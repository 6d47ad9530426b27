import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';
import { Group, Panel as Pane, Separator, useDefaultLayout } from 'react-resizable-panels';
import { useShallow } from 'zustand/react/shallow';
import type { LegendEntry } from '../../canvas/palette.ts';
import { useApp, useWords } from '../../context/context.ts';
import { workbenchSession } from '../../store/store.ts';
import { benchRegion, isOpen, mappedRegions, newestRefusal } from '../../store/workbench-selectors.ts';
import { LogPanel } from '../log/log-panel.tsx';
import { Legend } from '../page-map/legend.tsx';
import pages from '../page-map/pages-panel.module.css';
import { regionColumns } from '../page-map/region-columns.ts';
import { Panel } from '../shared/panel.tsx';
import split from '../shared/workspace.module.css';
import { BenchRegion } from './bench-region.tsx';
import { RefusedAction } from './refused-action.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { ToolBar } from './tool-bar.tsx';
import classes from './workbench.module.css';

interface Props {
  readonly session: number;
  readonly onKeys: () => void;
}

/** The regions and what acts on them, beside the log of what was done. */
export function BenchWorkspace({ session, onKeys }: Props) {
  const { t } = useWords();
  const columns = useDefaultLayout({ id: 'pagescope.workbench', storage: localStorage });
  return (
    <Group className={split.group} orientation="horizontal" {...columns}>
      <Pane id="bench" minSize={480}>
        <Bench session={session} onKeys={onKeys} />
      </Pane>
      <Separator className={split.beside ?? ''} aria-label={t('app.resize')} />
      <Pane id="log" defaultSize="28%" minSize={270} maxSize="60%">
        <LogPanel />
      </Pane>
    </Group>
  );
}

function Bench({ session, onKeys }: Props) {
  const { t } = useWords();
  const [filter, setFilter] = useState<LegendEntry>();
  const regions = useApp(
    useShallow((state) => {
      const bench = workbenchSession(state);
      return bench ? mappedRegions(bench) : [];
    }),
  );
  const active = useApp(benchRegion);
  const open = useApp(isOpen);
  const { ref, width, height } = useElementSize();
  const columns = regionColumns({ count: regions.length, width, height });
  // What was about no region, such as mlockall, has its place above them all.
  const refused = useApp((state) => {
    const step = newestRefusal(state);
    return step && !regions.some(({ id }) => id === step.region) ? step : undefined;
  });
  return (
    <Panel
      title={t('pages.title')}
      actions={<Legend session={session} regions={regions} filter={filter} onFilter={setFilter} />}
    >
      <div className={classes.bench}>
        {open && active && <SelectionBar key={active.id} session={session} region={active} />}
        {open && active && <ToolBar onKeys={onKeys} />}
        {refused && <RefusedAction step={refused} />}
        {regions.length === 0 ? (
          <div className={pages.empty}>
            <p>{t('workbench.empty')}</p>
            <p className={pages.hint}>{t('workbench.emptyHint')}</p>
          </div>
        ) : (
          <div
            ref={ref}
            className={`${pages.regions} ${classes.regions}`}
            style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
            data-many={regions.length > 2 || undefined}
          >
            {regions.map((region) => (
              <BenchRegion
                key={`${session}:${region.id}`}
                session={session}
                region={region}
                active={regions.length > 1 && region.id === active?.id}
                filter={filter}
              />
            ))}
          </div>
        )}
      </div>
    </Panel>
  );
}
