import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Step } from '../../../protocol/events.ts';
import type { Result } from '../../../protocol/result.ts';
import { resultParts } from '../../../protocol/result-parts.ts';
import { useWords } from '../../context/context.ts';
import { isActive, type Session } from '../../store/session/session.ts';
import { useLook } from '../log/use-look.ts';
import classes from './result.module.css';

/** What a run found out, in one sentence of measured numbers; the pages are shown as of the step that tells it. */
export function ResultLine({ session, result }: { session: Session; result: Result }) {
  const { language } = useWords();
  const step = result.keyStep === undefined ? undefined : session.steps.numbered(result.keyStep);
  return (
    <p className={classes.sentence} aria-live="polite">
      {resultParts(result, language).map((part, index) =>
        typeof part === 'string' ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a value may be named twice, and pieces have no other name
          <b key={index} data-unknown={part.value === null || undefined}>
            {part.said}
          </b>
        ),
      )}
      {step && !isActive(session.state) && <KeyMoment key={session.id} session={session} step={step} />}
    </p>
  );
}

/**
 * Opens a run that has ended at its key moment; pressed again, it shows the end. Of a run that was too fast for every
 * step to be seen there may be no such picture.
 */
function KeyMoment({ session, step }: { session: Session; step: Step }) {
  const { t } = useWords();
  const { around, side, turn } = useLook(session, step);
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current || !around.exact) return;
    opened.current = true;
    turn('after');
  }, [around.exact, turn]);
  if (!around.exact) return;
  const shown = side !== undefined;
  return (
    <Button
      className={classes.moment ?? ''}
      size="compact-xs"
      variant="default"
      aria-pressed={shown}
      onClick={() => turn(shown ? undefined : 'after')}
    >
      {shown ? t('result.shown', { step: step.index + 1 }) : t('result.show', { step: step.index + 1 })}
    </Button>
  );
}
