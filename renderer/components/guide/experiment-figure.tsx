import { Button } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerSkipForwardFilled } from '@tabler/icons-react';
import { lazy, Suspense, useId, useState } from 'react';
import type { ExperimentDescriptor, Parameter, ParameterValues } from '../../../protocol/experiment.ts';
import { addressOf } from '../../context/address.ts';
import { useApp, useWords } from '../../context/context.ts';
import { parameterValues } from '../../store/parameters.ts';
import type { Session } from '../../store/session/session.ts';
import { MiniFilm } from '../miniature/mini-film.tsx';
import { MiniGrid } from '../miniature/mini-grid.tsx';
import { Sentence } from '../miniature/sentence.tsx';
import { type MiniatureView, useMiniature } from '../miniature/use-miniature.ts';
import { callNote } from '../terms/call-notes.ts';
import { Code } from './code.tsx';
import { isText, readBlock } from './experiment-block.ts';
import classes from './experiment-figure.module.css';

// With it comes the library of charts, which few chapters need.
const Figure = lazy(async () => ({ default: (await import('../result/figure.tsx')).Figure }));

/** What a block of a document names, to be tried where it stands; or, in a sentence, why not. */
export function ExperimentFigure({ place, block }: { place: string; block: string }) {
  const { t, pick } = useWords();
  const catalogue = useApp((state) => state.catalogue);
  if (!catalogue) return <Code text={block} />;
  const named = readBlock(block, catalogue);
  if (isText(named)) {
    return (
      <p className={classes.broken} role="note">
        {t('miniature.broken', { reason: pick(named) })}
      </p>
    );
  }
  return <Trial place={place} experiment={named.experiment} values={named.values} />;
}

interface TrialProps {
  readonly place: string;
  readonly experiment: ExperimentDescriptor;
  /** The parameters that the text names: those are the ones to play with. */
  readonly values: ParameterValues;
}

function Trial({ place, experiment, values }: TrialProps) {
  const { t, pick } = useWords();
  const view = useMiniature(place, experiment.id);
  const [changed, setChanged] = useState<ParameterValues>(values);
  const parameters = parameterValues(experiment.parameters, changed);
  const { session, miniature, active } = view;
  const title = pick(experiment.title);
  const named = experiment.parameters.filter(({ name }) => name in values);
  const stopped = miniature?.starting || !experiment.available || !parameters;
  const setRef = (element: HTMLElement | null): void => {
    view.ref.current = element;
  };
  return (
    <section ref={setRef} className={classes.trial} aria-label={t('miniature.label', { title })}>
      <header className={classes.head}>
        <b>{title}</b>
        {named.map((parameter) => (
          <Value
            key={parameter.name}
            parameter={parameter}
            value={changed[parameter.name] ?? parameter.default}
            disabled={active}
            onChange={(value) => setChanged((before) => ({ ...before, [parameter.name]: value }))}
          />
        ))}
        <span className={classes.buttons}>
          <Button
            variant="default"
            disabled={active ? session?.state === 'running' : stopped}
            leftSection={<IconPlayerSkipForwardFilled size={13} aria-hidden />}
            onClick={() => parameters && view.step(parameters)}
          >
            {t('run.step')}
          </Button>
          <Button
            variant="default"
            disabled={!active && stopped}
            loading={miniature?.starting ?? false}
            leftSection={<IconPlayerPlayFilled size={13} aria-hidden />}
            onClick={() => (active ? view.toggle() : parameters && view.run(parameters))}
          >
            {t(session?.state === 'running' ? 'run.pause' : session?.state === 'paused' ? 'run.resume' : 'run.run')}
          </Button>
          <a
            className={classes.open}
            href={addressWith(experiment, parameters ?? values)}
            aria-label={t('miniature.openHint', { title })}
          >
            {t('miniature.open')}
          </a>
        </span>
      </header>
      {session && <Picture view={view} session={session} />}
      <Said view={view} experiment={experiment} />
      {miniature?.program !== undefined && (
        <details className={classes.program}>
          <summary>{t('miniature.asC')}</summary>
          <Code text={miniature.program} lang="c" />
        </details>
      )}
    </section>
  );
}

/** The whole experiment with these values: all of them, since a field there may hold another one. */
function addressWith(experiment: ExperimentDescriptor, values: ParameterValues): string {
  const query = new URLSearchParams(
    experiment.parameters.map(({ name, default: otherwise }) => [name, String(values[name] ?? otherwise)]),
  );
  return query.size === 0 ? addressOf(experiment.id) : `${addressOf(experiment.id)}?${query}`;
}

interface ValueProps {
  readonly parameter: Parameter;
  readonly value: string | number;
  readonly disabled: boolean;
  readonly onChange: (value: string | number) => void;
}

/** A parameter as words in the head of the figure. */
function Value({ parameter, value, disabled, onChange }: ValueProps) {
  const { pick } = useWords();
  const name = pick(parameter.title);
  const id = useId();
  return (
    <label className={classes.value} htmlFor={id}>
      <span>{name}</span>
      {parameter.kind === 'choice' ? (
        <select id={id} disabled={disabled} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {parameter.choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {pick(choice.title)}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          disabled={disabled}
          value={value}
          inputMode={parameter.kind === 'integer' ? 'numeric' : 'text'}
          size={Math.max(3, String(value).length)}
          spellCheck={false}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </label>
  );
}

/** More regions than this are told by the filmstrip alone. */
const mostGrids = 6;

/** The pages; of an experiment that maps none, its figure. */
function Picture({ view, session }: { view: MiniatureView; session: Session }) {
  const { regions, result } = session;
  if (regions.length === 0) {
    return result ? (
      <div className={classes.figure}>
        <Suspense>
          <Figure figure={result.figure} />
        </Suspense>
      </div>
    ) : undefined;
  }
  return (
    <div className={classes.picture}>
      <div className={classes.grids} data-many={regions.length > 2 || undefined}>
        {regions.slice(0, mostGrids).map((region) => (
          <div key={region.id} className={classes.region}>
            {regions.length > 1 && <span className={classes.label}>{region.label}</span>}
            <MiniGrid session={session} region={region} pagesOf={view.pagesOf} />
          </div>
        ))}
      </div>
      <MiniFilm session={session} pagesOf={view.pagesOf} />
    </div>
  );
}

/** Where it is, or what it found out, in a sentence. */
function Said({
  view: { miniature, session, active },
  experiment,
}: {
  view: MiniatureView;
  experiment: ExperimentDescriptor;
}) {
  const { t, pick } = useWords();
  const problem = miniature?.refusal ?? session?.problem;
  const step = session?.steps.at(-1);
  const said = (): React.ReactNode => {
    if (!experiment.available && experiment.reason) return pick(experiment.reason);
    if (problem) return t('miniature.refused', { reason: pick(problem.text) });
    if (miniature?.starting) return t('miniature.starting');
    if (!session) return t('miniature.ready');
    if (active) {
      if (!step) return session.next ? t('run.next', { title: pick(session.next) }) : t('miniature.starting');
      const outcome = step.diagnosis?.text ?? step.outcome ?? (step.errno === null ? undefined : step.meaning);
      const told = t('miniature.step', { index: step.index + 1, title: pick(step.title) });
      const note = callNote(step);
      return (
        <>
          {outcome ? `${told}: ${pick(outcome)}` : told}
          {note && <span className={classes.note}>{pick(note)}</span>}
        </>
      );
    }
    if (session.result) return <Sentence result={session.result} />;
    return t('miniature.stopped');
  };
  return (
    <p className={classes.said} role="status" data-state={problem ? 'refused' : (session?.state ?? 'ready')}>
      {said()}
    </p>
  );
}
