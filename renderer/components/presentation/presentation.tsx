import { VisuallyHidden } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useApp, useWords } from '../../context/context.ts';
import type { Session } from '../../store/session/session.ts';
import { shownExperiment, shownSession, shownStep } from '../../store/store.ts';
import { Headline } from '../experiment/headline.tsx';
import { FilmBand } from '../filmstrip/filmstrip.tsx';
import { NoteSlot } from '../page-map/note-slot.ts';
import { PagesArea } from '../page-map/pages-area.tsx';
import { stepLines } from '../results/step-lines.ts';
import { tokenizeC } from '../results/tokenize-c.ts';
import { useProgram } from '../results/use-program.ts';
import classes from './presentation.module.css';

/** An experiment before an audience: its sentence and caption, the pages, the step as C, and the filmstrip. */
export default function Presentation() {
  const { t, pick } = useWords();
  const experiment = useApp(shownExperiment);
  const session = useApp(shownSession);
  const at = useApp(shownStep);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  if (!experiment) return undefined;
  const step = at ?? session?.steps.at(-1);
  return (
    <NoteSlot value={slot}>
      <div className={classes.presentation}>
        <VisuallyHidden component="h1">{pick(experiment.title)}</VisuallyHidden>
        <Headline experiment={experiment} onSlot={setSlot} />
        <div className={classes.pages}>
          <PagesArea />
        </div>
        <section className={classes.step} aria-label={t('presentation.step')}>
          {session && step ? <Told session={session} step={step} /> : <p>{t('presentation.keys')}</p>}
        </section>
        <FilmBand session={session} />
      </div>
    </NoteSlot>
  );
}

/** The lines of the program that do what the step did; what there is to say of its call is the caption. */
function Told({ session: { steps }, step }: { session: Session; step: Step }) {
  const program = useProgram(true);
  const lines = useMemo(() => {
    const found = program === undefined ? undefined : stepLines(program, steps, step.index - steps.forgotten);
    return found && unindented(program?.slice(found.from, found.to) ?? '');
  }, [program, steps, step]);
  return (
    <pre className={`${classes.lines} code`}>
      {lines &&
        tokenizeC(lines).map(({ kind, text, at }) => (
          <span key={at} className={classes[kind]}>
            {text}
          </span>
        ))}
    </pre>
  );
}

/** Without the indentation of `main`, the comment that is the caption, and what prints the pages that are seen. */
const unindented = (text: string): string =>
  text
    .replace(/^ {4}\/\*.*\*\/\n/, '')
    .replaceAll(/^ *show\(.*\n?/gm, '')
    .replaceAll(/^ {4}/gm, '')
    .trimEnd();
