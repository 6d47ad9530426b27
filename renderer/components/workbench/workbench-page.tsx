import { Button } from '@mantine/core';
import { IconChevronUp, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { workbenchSession } from '../../store/store.ts';
import { hasRegions, isOpen, newestRefusal } from '../../store/workbench-selectors.ts';
import { Caption } from '../experiment/caption.tsx';
import { HeadlineFrame } from '../experiment/headline.tsx';
import { FilmBand } from '../filmstrip/filmstrip.tsx';
import bar from '../frame/bar.module.css';
import { Bar } from '../frame/bar.tsx';
import { Reopen } from '../log/reopen.tsx';
import { NoteSlot } from '../page-map/note-slot.ts';
import { ExportMenu } from '../shared/export-menu.tsx';
import { ProblemLines } from '../shared/problem-lines.tsx';
import { useProblems } from '../shared/use-problems.ts';
import { Waiting } from '../shared/waiting.tsx';
import { ActionLine } from './action-line.tsx';
import { BenchWorkspace } from './bench-workspace.tsx';
import { PresetsMenu } from './presets-menu.tsx';
import { RefusedAction } from './refused-action.tsx';
import { RegionForm } from './region-form.tsx';
import { useToolKeys } from './use-tool-keys.ts';
import { useUndoKey } from './use-undo-key.ts';
import classes from './workbench.module.css';

/** Regions that are mapped and acted on by hand. */
export function WorkbenchPage() {
  const { t } = useWords();
  const { workbench } = useActions();
  const session = useApp((state) => workbenchSession(state)?.id);
  const open = useApp(isOpen);
  const mapped = useApp(hasRegions);
  const state = useApp((app) => workbenchSession(app)?.state ?? 'ready');
  const started = useApp((app) => workbenchSession(app)?.started !== undefined);
  const opening = useApp((state) => state.bench.opening);
  const placement = useApp((state) => state.settings.workbenchPlacement);
  const [wanted, setWanted] = useState(false);
  useToolKeys();
  useUndoKey();
  const ended = started && !open && !opening;
  const form = !mapped || wanted;
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  return (
    <NoteSlot value={slot}>
      <Bar
        title={t('workbench.title')}
        side
        state={
          <span className={bar.state} role="status" data-state={opening ? 'running' : state}>
            <i aria-hidden />
            {opening ? t('workbench.opening') : <Where />}
          </span>
        }
      >
        {(ended || (session === undefined && !opening)) && (
          <Button onClick={() => void workbench.reopen({ placement })}>{t('workbench.again')}</Button>
        )}
        <PresetsMenu />
        <Reopen />
        <ExportMenu />
        {mapped && !ended && (
          <Button
            variant="default"
            aria-expanded={form}
            leftSection={form ? <IconChevronUp size={15} aria-hidden /> : <IconPlus size={15} aria-hidden />}
            onClick={() => setWanted(!form)}
          >
            {t(form ? 'workbench.region.close' : 'workbench.region.add')}
          </Button>
        )}
      </Bar>
      <BenchHeadline onSlot={setSlot} />
      {session !== undefined && form && !ended && (
        <div className={classes.form}>
          <RegionForm onDone={() => setWanted(false)} />
        </div>
      )}
      {session !== undefined ? (
        <>
          <BenchWorkspace session={session} />
          <BenchFilm />
        </>
      ) : (
        opening && <Waiting text={t('workbench.opening')} />
      )}
    </NoteSlot>
  );
}

/** What the next action would be; below it, what the last one came to. */
function BenchHeadline({ onSlot }: { onSlot: (slot: HTMLElement | null) => void }) {
  const { t } = useWords();
  const problems = useProblems();
  const refused = useApp(newestRefusal);
  const session = useApp((state) => workbenchSession(state)?.id);
  const mapped = useApp(hasRegions);
  return (
    <HeadlineFrame short onSlot={onSlot} sentence={mapped ? <ActionLine /> : t('workbench.summary')}>
      {problems.length > 0 ? (
        <ProblemLines problems={problems} />
      ) : refused && session !== undefined ? (
        <RefusedAction session={session} step={refused} />
      ) : (
        session !== undefined && <Caption />
      )}
    </HeadlineFrame>
  );
}

function BenchFilm() {
  return <FilmBand session={useApp(workbenchSession)} />;
}

/** Where the workbench lives, in a few words. */
function Where() {
  const { t } = useWords();
  const started = useApp((app) => workbenchSession(app)?.started);
  const state = useApp((app) => workbenchSession(app)?.state);
  if (!started || !state) return t('state.ready');
  const { placement, pid } = started;
  return `${t(`state.${state}`)} · ${t(`workbench.placement.${placement}`)}, ${t('status.pid', { pid })}`;
}
