import { ActionIcon } from '@mantine/core';
import { IconRestore } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { draftValue } from '../../store/parameters.ts';
import { isActive } from '../../store/session/session.ts';
import { shownSession } from '../../store/store.ts';
import { KeyMoment, ResultWords } from '../result/result-words.tsx';
import { keptTogether } from '../shared/kept-together.tsx';
import { ProblemLines } from '../shared/problem-lines.tsx';
import { Tip } from '../shared/tip.tsx';
import { useProblems } from '../shared/use-problems.ts';
import { WithTerms } from '../terms/with-terms.tsx';
import { Caption } from './caption.tsx';
import classes from './headline.module.css';
import { ParameterProblems, problemId, useParameterProblems } from './parameter-problems.tsx';
import { ParameterWord } from './parameter-word.tsx';
import { sentencePieces } from './sentence-pieces.ts';
import { useFittingSize } from './use-fitting-size.ts';

interface FrameProps {
  readonly sentence: ReactNode;
  /** One line, and smaller: there are tools below it. */
  readonly short?: boolean;
  /** Below it: the caption of the playhead’s step, or what stands in the way. */
  readonly children: ReactNode;
  readonly onSlot: (slot: HTMLElement | null) => void;
}

/**
 * The sentence of a view and its caption. Its height is fixed: nothing that is said there moves the pages. The facts of
 * a page that is pointed at take the caption’s place.
 */
export function HeadlineFrame({ sentence, short = false, children, onSlot }: FrameProps) {
  const ref = useFittingSize();
  return (
    <section className={classes.headline} data-panel="sentence" data-short={short || undefined}>
      <div ref={ref} className={classes.sentence}>
        {sentence}
      </div>
      <div className={classes.caption}>
        <div ref={onSlot} className={classes.slot} />
        <div className={classes.said}>{children}</div>
      </div>
    </section>
  );
}

/** What a run does, in words that can be changed, and what it found out. */
export function Headline({
  experiment,
  onSlot,
}: {
  experiment: ExperimentDescriptor;
  onSlot: (slot: HTMLElement | null) => void;
}) {
  const { language, pick } = useWords();
  const result = useApp((state) => shownSession(state)?.result);
  const stepped = useApp((state) => (shownSession(state)?.steps.length ?? 0) > 0);
  const draft = useApp((state) => state.drafts[experiment.id]);
  const wrong = useParameterProblems(experiment);
  const problems = useProblems();
  const pieces = sentencePieces(experiment, draft, language);
  return (
    <HeadlineFrame
      onSlot={onSlot}
      sentence={
        <>
          <Parameters experiment={experiment} pieces={pieces} />
          {result && (
            <>
              {' '}
              <ResultWords result={result} />
            </>
          )}
        </>
      }
    >
      {wrong.length > 0 ? (
        <ParameterProblems wrong={wrong} />
      ) : problems.length > 0 ? (
        <ProblemLines problems={problems} />
      ) : stepped ? (
        <>
          <Caption />
          {result && <KeyMoment result={result} />}
        </>
      ) : (
        <p className={classes.text}>
          {/* One piece: what stands in a row of its own has a gap beside it. */}
          <span>
            <WithTerms text={pick(experiment.summary)} />
          </span>
        </p>
      )}
    </HeadlineFrame>
  );
}

/** A run keeps the values it began with, so its words rest meanwhile. */
function Parameters({
  experiment,
  pieces,
}: {
  experiment: ExperimentDescriptor;
  pieces: ReturnType<typeof sentencePieces>;
}) {
  const { t } = useWords();
  const { resetParameters } = useActions();
  const draft = useApp((state) => state.drafts[experiment.id]);
  const running = useApp((state) => state.starting || isActive(shownSession(state)?.state ?? 'stopped'));
  const changed = experiment.parameters.some((parameter) => draftValue(parameter, draft) !== parameter.default);
  return (
    <fieldset className={classes.parameters} aria-label={t('experiment.parameters')}>
      {keptTogether(
        pieces.map((piece) =>
          typeof piece === 'string' ? (
            piece
          ) : (
            <ParameterWord
              key={piece.parameter.name}
              parameter={piece.parameter}
              named={piece.named}
              value={draftValue(piece.parameter, draft)}
              disabled={running}
              problemId={problemId(piece.parameter)}
            />
          ),
        ),
      )}
      {changed && !running && (
        <Tip label={t('experiment.resetParameters')}>
          <ActionIcon size={20} aria-label={t('experiment.resetParameters')} onClick={resetParameters}>
            <IconRestore size={14} aria-hidden />
          </ActionIcon>
        </Tip>
      )}
    </fieldset>
  );
}
