import { memo, type Ref } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useDuration, useWords } from '../../context/context.ts';
import { CallText } from './call-text.tsx';
import classes from './steps-panel.module.css';

interface Props {
  readonly id: string;
  readonly step: Step;
  /** What it is, its call and how often that was made, and no more. */
  readonly compact: boolean;
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

/** One step: what it was for, the call that was made, how it ended and how long it took. */
export const StepRow = memo(function StepRow(props: Props) {
  const { id, step, compact, position, total, top, chosen, marked, onChoose, ref } = props;
  const { pick, format } = useWords();
  const duration = useDuration(step.durationNs);
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
      data-compact={compact || undefined}
      data-failed={step.errno !== null || undefined}
      data-expected={step.expected}
      data-marked={marked || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onChoose(position)}
    >
      <span className={classes.index}>{format.number(step.index + 1)}</span>
      <span className={classes.title} title={pick(step.title)}>
        {pick(step.title)}
      </span>
      <span className={classes.duration} title={duration.why}>
        {duration.text}
      </span>
      <CallText step={step} />
      {compact && step.calls && step.calls.made > 1 && (
        <span className={classes.times}>×{format.number(step.calls.made)}</span>
      )}
      {!compact && <Results step={step} />}
    </div>
  );
});

/** What came of it, in words. */
function Results({ step }: { step: Step }) {
  const { pick } = useWords();
  return (
    <>
      {step.outcome && <span className={classes.outcome}>{pick(step.outcome)}</span>}
      {step.diagnosis && <span className={classes.diagnosis}>{pick(step.diagnosis.text)}</span>}
      {step.errno !== null && !step.diagnosis && step.meaning && (
        <span className={classes.meaning}>{pick(step.meaning)}</span>
      )}
    </>
  );
}
