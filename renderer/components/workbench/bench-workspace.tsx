import { useCallback, useRef } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { RegionInfo } from '../../../protocol/events.ts';
import { useApp, useWords } from '../../context/context.ts';
import { workbenchSession } from '../../store/store.ts';
import { benchRegion, isOpen, mappedRegions } from '../../store/workbench-selectors.ts';
import { Split } from '../experiment/experiment-workspace.tsx';
import { LogPanel } from '../log/log-panel.tsx';
import pages from '../page-map/pages.module.css';
import { type Place, Regions } from '../page-map/regions.tsx';
import { ProgramTab } from '../results/program-tab.tsx';
import { SideTabs } from '../shared/side-tabs.tsx';
import { BenchRegion } from './bench-region.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { ToolBar } from './tool-bar.tsx';
import { useVmas, Vmas } from './vmas.tsx';
import classes from './workbench.module.css';

interface Props {
  readonly session: number;
}

/** The regions and what acts on them, beside the log of what was done. */
export function BenchWorkspace({ session }: Props) {
  return (
    <Split side={<Side />}>
      <Bench session={session} />
    </Split>
  );
}

function Side() {
  const { t } = useWords();
  return (
    <SideTabs
      label={t('app.sideLabel')}
      tabs={[
        { name: 'log', title: t('log.title'), content: <LogPanel /> },
        { name: 'program', title: t('program.title'), content: <ProgramTab /> },
        { name: 'vmas', title: <VmaCount />, content: <Vmas /> },
      ]}
    />
  );
}

function VmaCount() {
  const { t } = useWords();
  const known = useVmas();
  return t('workbench.vmas.count', { count: known ? known.vmas.length + known.more : 0 });
}

/** What is there stays until a workbench that moves to another process has its regions: a menu of it may be open. */
function useStays(there: boolean): boolean {
  const moving = useApp((state) => state.bench.opening || workbenchSession(state)?.steps.length === 0);
  const stays = useRef(false);
  stays.current = there || (moving && stays.current);
  return stays.current;
}

function Bench({ session }: Props) {
  const { t } = useWords();
  const regions = useApp(
    useShallow((state) => {
      const bench = workbenchSession(state);
      return bench ? mappedRegions(bench) : [];
    }),
  );
  const active = useApp(benchRegion);
  const open = useApp(isOpen);
  const tools = useStays(open && active !== undefined);
  const several = regions.length > 1;
  const activeId = active?.id;
  const draw = useCallback(
    (region: RegionInfo, place: Place) => (
      <BenchRegion session={session} region={region} active={several && region.id === activeId} place={place} />
    ),
    [session, several, activeId],
  );
  return (
    <section className={classes.bench} aria-label={t('pages.title')}>
      {tools && <ToolBar />}
      {open && active && <SelectionBar key={active.id} session={session} region={active} />}
      {regions.length === 0 ? (
        <div className={pages.empty}>
          <p>{t('workbench.empty')}</p>
          <p className={pages.hint}>{t('workbench.emptyHint')}</p>
        </div>
      ) : (
        <div className={classes.regions} data-panel="pages">
          <Regions session={session} regions={regions} draw={draw} focusNew />
        </div>
      )}
    </section>
  );
}
