import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';
import { Group, Panel as Pane, Separator, useDefaultLayout } from 'react-resizable-panels';
import { useApp, useWords } from '../../app/context.ts';
import type { LegendEntry } from '../../canvas/palette.ts';
import type { Session } from '../../store/session.ts';
import { benchRegion, mappedRegions, newestRefusal } from '../../store/workbench.ts';
import { LogPanel } from '../log/log-panel.tsx';
import { Legend } from '../pages/legend.tsx';
import pages from '../pages/pages-panel.module.css';
import { regionColumns } from '../pages/region-columns.ts';
import { Panel } from '../panel.tsx';
import split from '../workspace.module.css';
import { BenchRegion } from './bench-region.tsx';
import { RefusedAct } from './refused-act.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { ToolBar } from './tool-bar.tsx';
import classes from './workbench.module.css';

/** The regions and what acts on them, beside the log of what was done. */
export function BenchWorkspace({ session, onKeys }: { session: Session; onKeys: () => void }) {
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

function Bench({ session, onKeys }: { session: Session; onKeys: () => void }) {
  const { t } = useWords();
  const [filter, setFilter] = useState<LegendEntry>();
  const regions = mappedRegions(session);
  const active = useApp(benchRegion);
  const { ref, width } = useElementSize();
  const columns = regionColumns(regions.length, width);
  // What was about no region, such as mlockall, has its place above them all.
  const refused = useApp((state) => {
    const step = newestRefusal(state);
    return step && !regions.some(({ id }) => id === step.region) ? step : undefined;
  });
  return (
    <Panel title={t('pages.title')} actions={<Legend session={session} filter={filter} onFilter={setFilter} />}>
      <div className={classes.bench}>
        {active && <SelectionBar key={active.id} session={session.id} region={active} />}
        {active && <ToolBar onKeys={onKeys} />}
        {refused && <RefusedAct step={refused} />}
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
                key={`${session.id}:${region.id}`}
                session={session.id}
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
