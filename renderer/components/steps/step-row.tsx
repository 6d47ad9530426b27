import { memo, type Ref } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useDuration, useWords } from '../../context/context.ts';
import { callText } from './call.ts';
import { CallText } from './call-text.tsx';
import { answerOf, callWords } from './row-words.ts';
import classes from './steps-panel.module.css';

interface Props {
  readonly id: string;
  readonly step: Step;
  /** The label of its region, where there are several. */
  readonly of: string | undefined;
  /** With its call in full and what came of it. */
  readonly whole: boolean;
  /** Place in the list, from 0. */
  readonly position: number;
  readonly total: number;
  readonly top: number;
  readonly chosen: boolean;
  /** It belongs to the time that is pointed at. */
  readonly marked: boolean;
  readonly onChoose: (position: number) => void;
  readonly ref: Ref<HTMLDivElement> | undefined;
}

/** One step as a row of a table: its number, the call and what it was on, its answer and how long it took. */
export const StepRow = memo(function StepRow(props: Props) {
  const { id, step, of, whole, position, total, top, chosen, marked, onChoose, ref } = props;
  const { t, pick, format } = useWords();
  const duration = useDuration(step.durationNs);
  const { call, on } = callWords(step, of);
  const answer = answerOf(step);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox has the keys
    <div
      ref={ref}
      id={id}
      data-index={position}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      aria-posinset={position + 1}
      aria-setsize={total}
      className={classes.step}
      data-failed={step.errno !== null || undefined}
      data-expected={step.expected}
      data-marked={marked || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onChoose(position)}
    >
      <span className={classes.index}>{format.number(step.index + 1)}</span>
      <span className="visually-hidden">{pick(step.title)} </span>
      {!whole && <code className="visually-hidden">{callText(step)}</code>}
      <span className={classes.words} title={callText(step)} aria-hidden>
        <b>{call}</b> <span>{on}</span>
      </span>
      <span className={classes.answer} aria-hidden>
        {'faults' in answer ? t('steps.faults', { count: answer.faults }) : answer.text}
      </span>
      <span className={classes.duration} title={duration.why}>
        {duration.text}
      </span>
      {whole && (
        <div className={classes.whole}>
          <CallText step={step} />
          <Results step={step} />
        </div>
      )}
    </div>
  );
});

/** What came of it, in words. */
function Results({ step }: { step: Step }) {
  const { pick } = useWords();
  return (
    <>
      {step.outcome && <span className={classes.outcome}>{pick(step.outcome)}</span>}
      {step.diagnosis && <span className={classes.meaning}>{pick(step.diagnosis.text)}</span>}
      {step.errno !== null && !step.diagnosis && step.meaning && (
        <span className={classes.meaning}>{pick(step.meaning)}</span>
      )}
    </>
  );
}
