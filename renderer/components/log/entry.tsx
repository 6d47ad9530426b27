import { CloseButton } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { addressOfFix } from '../../context/address.ts';
import { useDuration, useWords } from '../../context/context.ts';
import type { Session } from '../../store/session/session.ts';
import { CallText } from '../steps/call-text.tsx';
import { ChangeText } from './change-text.tsx';
import { EntryActions } from './entry-actions.tsx';
import classes from './log.module.css';
import { LookToggle } from './look-toggle.tsx';
import { Undo } from './undo.tsx';
import { useLook } from './use-look.ts';

interface Props {
  readonly session: Session;
  readonly step: Step;
  readonly onClose: () => void;
}

/** The chosen entry: what it was, what came of it, the pages before and after, and what can be done with it. */
export function Entry({ session, step, onClose }: Props) {
  const { t, pick } = useWords();
  const { around, side, turn } = useLook(session, step);
  const [undoing, setUndoing] = useState(false);
  const { meaning, outcome, diagnosis, errno } = step;
  const title = t('log.entry.title', { index: step.index + 1 });
  return (
    <section className={classes.entry} aria-label={title}>
      <header className={classes.entryHead}>
        <b>{title}</b>
        <span className={classes.entryTitle}>{pick(step.title)}</span>
        <CloseButton size="sm" aria-label={t('log.entry.close')} onClick={onClose} />
      </header>
      <div className={classes.call} data-failed={errno !== null || undefined}>
        <CallText step={step} />
      </div>
      <Numbers step={step} />
      {outcome && <p>{pick(outcome)}</p>}
      {diagnosis && (
        <p className={classes.warning}>
          {pick(diagnosis.text)}{' '}
          <a href={addressOfFix(diagnosis)}>
            {t('log.entry.fix')}
            <IconArrowRight size={13} aria-hidden />
          </a>
        </p>
      )}
      {errno !== null && meaning && <p className={diagnosis ? classes.dim : classes.warning}>{pick(meaning)}</p>}
      <LookToggle side={side} onTurn={turn} />
      <ChangeText session={session} step={step} around={around} />
      <EntryActions step={step} undoing={undoing} onUndo={() => setUndoing(!undoing)} />
      {undoing && <Undo step={step} onDone={() => setUndoing(false)} />}
    </section>
  );
}

/** When, how long, how many calls and faults. */
function Numbers({ step }: { step: Step }) {
  const { t, format } = useWords();
  const duration = useDuration(step.durationNs);
  const { calls, minorFaults = 0, majorFaults = 0 } = step;
  const told = [
    t('log.entry.begun', { time: format.duration(step.startedNs) }),
    t('log.entry.duration', { time: duration.text }),
    ...(calls && calls.made > 1
      ? [t(calls.refused > 0 ? 'log.entry.callsRefused' : 'log.entry.calls', { ...calls })]
      : []),
    ...(minorFaults + majorFaults > 0 ? [t('log.entry.faults', { count: minorFaults + majorFaults })] : []),
    ...(majorFaults > 0 ? [t('log.entry.majorFaults', { count: majorFaults })] : []),
  ];
  return (
    <p className={classes.dim} title={duration.why}>
      {told.join(format.listSeparator)}
    </p>
  );
}
