import { Button, UnstyledButton } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Step } from '../../../protocol/events.ts';
import type { Result } from '../../../protocol/result.ts';
import { type ResultPart, resultParts } from '../../../protocol/result-parts.ts';
import { useActions, useApp, useStoreState, useWords } from '../../context/context.ts';
import { isActive } from '../../store/session/session.ts';
import { shownSession } from '../../store/store.ts';
import { Swatch } from '../page-map/swatch.tsx';
import { keptTogether } from '../shared/kept-together.tsx';
import { WithTerms } from '../terms/with-terms.tsx';
import classes from './result-words.module.css';

interface Props {
  readonly result: Result;
}

/** What a run found out, in one sentence of measured numbers, each of which leads to what shows it. */
export function ResultWords({ result }: Props) {
  const { language } = useWords();
  return (
    <span aria-live="polite">
      {keptTogether(
        resultParts(result, language).map((part, index) =>
          typeof part === 'string' ? (
            part
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: a value may be named twice
            <span key={index} className={part.state && classes.counted}>
              {part.state && <Swatch entry={part.state} />}
              <Value part={part} />
            </span>
          ),
        ),
        (text, key) => (
          <WithTerms key={key} text={text} />
        ),
      )}
    </span>
  );
}

const useStep = (index: number | undefined) =>
  useApp((state) => (index === undefined ? undefined : shownSession(state)?.steps.numbered(index)));

/** Pointed at, it leaves the pages lit that it is about; chosen, it puts the playhead on the step that shows it. */
function Value({ part }: { part: Exclude<ResultPart, string> }) {
  const step = useStep(part.step);
  const { t } = useWords();
  const { goTo, light } = useActions();
  useEffect(() => () => light(undefined), [light]);
  if (!step) {
    return (
      <b className={classes.value} data-unknown={part.value === null || undefined}>
        {part.said}
      </b>
    );
  }
  const lit = { onFocus: () => light(step), onPointerEnter: () => light(step) };
  const out = { onBlur: () => light(undefined), onPointerLeave: () => light(undefined) };
  return (
    <UnstyledButton
      className={classes.proof ?? ''}
      data-unknown={part.value === null || undefined}
      title={t('result.go', { step: step.index + 1 })}
      {...lit}
      {...out}
      onClick={() => goTo(step)}
    >
      {part.said}
    </UnstyledButton>
  );
}

/** The step at which the pages tell the story: it is shown first, and then the end or it again. */
export function KeyMoment({ result }: Props) {
  const step = useStep(result.keyStep);
  const id = useApp((state) => shownSession(state)?.id);
  const ended = useApp((state) => !isActive(shownSession(state)?.state ?? 'stopped'));
  return step && ended && <Moment key={id} step={step} />;
}

/** Opens a run that has ended at its key moment, unless somebody holds another one; pressed again, it shows the end. */
function Moment({ step }: { step: Step }) {
  const { t } = useWords();
  const { goTo } = useActions();
  const state = useStoreState();
  const shown = useApp(({ look }) => look?.step === step.index);
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current) return;
    opened.current = true;
    if (!state().look) goTo(step);
  }, [state, goTo, step]);
  return (
    <Button
      className={classes.moment ?? ''}
      size="compact-xs"
      variant="default"
      aria-pressed={shown}
      onClick={() => goTo(shown ? undefined : step)}
    >
      {shown ? t('result.shown', { step: step.index + 1 }) : t('result.show', { step: step.index + 1 })}
    </Button>
  );
}
