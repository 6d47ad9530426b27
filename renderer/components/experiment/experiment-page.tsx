import { useState } from 'react';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownExperiment, shownSession } from '../../store/store.ts';
import { FilmBand } from '../filmstrip/filmstrip.tsx';
import { Bar } from '../frame/bar.tsx';
import { NoteSlot } from '../page-map/note-slot.ts';
import { ExportMenu } from '../shared/export-menu.tsx';
import { Empty } from '../shared/panel.tsx';
import { Problems } from '../shared/problems.tsx';
import { Waiting } from '../shared/waiting.tsx';
import { Workspace } from './experiment-workspace.tsx';
import { Headline } from './headline.tsx';
import { RunControls } from './run-controls.tsx';
import { RunSettings } from './run-settings.tsx';
import { RunState } from './run-state.tsx';

/** The experiment of the address: what it is, how to run it, what it shows; or, in words, why not. */
export function ExperimentPage() {
  const { t } = useWords();
  const catalogue = useApp((state) => state.catalogue);
  const selected = useApp((state) => state.selected);
  const refusal = useApp((state) => state.refusal);
  const experiment = useApp(shownExperiment);
  if (!catalogue)
    return (
      <>
        <Bar title={t('app.name')} />
        {refusal ? <Problems /> : <Waiting text={t('app.loading')} />}
      </>
    );
  if (!experiment) {
    return (
      <>
        <Bar title={t('experiment.missing')} />
        <Empty>{selected === undefined ? t('experiment.none') : t('experiment.unknown', { id: selected })}</Empty>
      </>
    );
  }
  return <Experiment key={experiment.id} experiment={experiment} />;
}

function Experiment({ experiment }: { experiment: ExperimentDescriptor }) {
  const { pick } = useWords();
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  return (
    <NoteSlot value={slot}>
      <Bar title={pick(experiment.title)} state={<RunState />} side>
        <RunSettings />
        <RunControls experiment={experiment} />
        <ExportMenu />
      </Bar>
      <Headline experiment={experiment} onSlot={setSlot} />
      <Workspace experiment={experiment} />
      <RunFilm />
    </NoteSlot>
  );
}

/** Each part of the page reads what it shows itself: a step draws those alone that tell of it. */
const RunFilm = () => <FilmBand session={useApp(shownSession)} />;
