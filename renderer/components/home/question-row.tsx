import { ActionIcon } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { addressOf, addressOfLimits } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
import { parameterValues } from '../../store/parameters.ts';
import type { Session } from '../../store/session/session.ts';
import type { NamedExperiment } from '../guide/experiment-block.ts';
import { MiniFilm } from '../miniature/mini-film.tsx';
import { MiniGrid } from '../miniature/mini-grid.tsx';
import { Sentence } from '../miniature/sentence.tsx';
import { type MiniatureView, useMiniature } from '../miniature/use-miniature.ts';
import { useReleaseWhenRead } from '../miniature/use-release-when-read.ts';
import classes from './home.module.css';
import { placeOf } from './place-of.ts';
import type { Question } from './questions.ts';

/** A question, the answer that was measured here, and the run that measured it. */
export function QuestionRow({ question, named }: { question: Question; named: NamedExperiment }) {
  const { t, pick } = useWords();
  const { experiment, values } = named;
  const place = placeOf(question);
  const view = useMiniature(place, experiment.id);
  const { session, miniature, active } = view;
  const title = pick(question.title);
  const parameters = parameterValues(experiment.parameters, values);
  useReleaseWhenRead(place, view);
  const query = new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]));
  const address = query.size > 0 ? `${addressOf(experiment.id)}?${query}` : addressOf(experiment.id);
  const running = session?.state === 'running';
  const Icon = running ? IconPlayerPauseFilled : IconPlayerPlayFilled;
  return (
    <section
      ref={(element) => {
        view.ref.current = element;
      }}
      className={classes.row}
      aria-labelledby={`question-${question.id}`}
    >
      <div className={classes.words}>
        <h2 id={`question-${question.id}`}>
          <a href={address}>{title}</a>
        </h2>
        <p className={classes.answer} role="status">
          <Answer view={view} named={named} />
        </p>
        <p className={classes.facts}>
          <ActionIcon
            size={24}
            disabled={!active && (!experiment.available || !parameters)}
            loading={(miniature?.starting && miniature.recordedAt === undefined) ?? false}
            aria-label={running ? t('run.pause') : t('home.run', { question: title })}
            onClick={() => (active ? view.toggle() : parameters && view.run(parameters))}
          >
            <Icon size={12} aria-hidden />
          </ActionIcon>
          <a href={address}>{pick(experiment.title)}</a>
          {question.fix && <a href={addressOfLimits()}>{t('home.fix')}</a>}
          {session && <Facts view={view} session={session} />}
        </p>
      </div>
      {session ? <Pictures view={view} session={session} /> : <p className={classes.unmeasured}>{t('home.measure')}</p>}
    </section>
  );
}

function Answer({
  view: { miniature, session, active },
  named: { experiment },
}: {
  view: MiniatureView;
  named: NamedExperiment;
}) {
  const { t, pick } = useWords();
  const problem = miniature?.refusal ?? session?.problem;
  const step = session?.steps.at(-1);
  if (!experiment.available && experiment.reason) return pick(experiment.reason);
  if (problem) return t('miniature.refused', { reason: pick(problem.text) });
  if (session?.result && !active) return <Sentence result={session.result} />;
  if (active && step) return t('miniature.step', { index: step.index + 1, title: pick(step.title) });
  return pick(experiment.summary);
}

/** How much stands behind the answer, and of a recording when it was made. */
function Facts({ view: { miniature, active }, session }: { view: MiniatureView; session: Session }) {
  const { t, format } = useWords();
  const claims = [...session.claims.values()];
  const held = claims.filter(({ status }) => status === 'held').length;
  const { length, forgotten } = session.steps;
  return (
    <span className={classes.small}>
      {[
        t('miniature.calls', { count: length + forgotten }),
        ...(claims.length > 0 && !active ? [t('miniature.claims', { held, total: claims.length })] : []),
        ...(miniature?.recordedAt
          ? [t('miniature.recorded', { time: format.date(new Date(miniature.recordedAt)) })]
          : []),
      ].join(' · ')}
    </span>
  );
}

/** As many regions as a small picture can hold. */
const mostGrids = 5;

function Pictures({ view, session }: { view: MiniatureView; session: Session }) {
  return (
    <>
      <div className={classes.grids}>
        {session.regions.slice(0, mostGrids).map((region) => (
          <MiniGrid key={region.id} session={session} region={region} pagesOf={view.pagesOf} />
        ))}
      </div>
      <div className={classes.film}>
        <MiniFilm session={session} pagesOf={view.pagesOf} />
      </div>
    </>
  );
}
