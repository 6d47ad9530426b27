import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react';
import type { Step } from '../../../protocol/events.ts';
import { addressOfFix } from '../../context/address.ts';
import { useApp, usePages, useWords } from '../../context/context.ts';
import { shownSession, shownStep } from '../../store/store.ts';
import { callNote } from '../terms/call-notes.ts';
import classes from './headline.module.css';

/** The step at the playhead: what it was for and what came of it. A refusal stands here, and moves nothing. */
export function Caption() {
  const step = useApp((state) => shownStep(state) ?? shownSession(state)?.steps.at(-1));
  const forgotten = useForgotten();
  return (
    step && (
      <>
        <StepCaption step={step} />
        {forgotten}
      </>
    )
  );
}

/** Says so where the pages of the time that is pointed at are no longer known. */
function useForgotten() {
  const { t, format } = useWords();
  const instant = useApp((state) => state.instant);
  const id = useApp((state) => shownSession(state)?.id) ?? 0;
  const regions = useApp((state) => shownSession(state)?.regions);
  const pages = usePages();
  if (!instant || !regions?.some((region) => pages.region(id, region.id)?.at(instant.toNs) === 'forgotten')) return;
  return <b>{t('pages.forgotten', { time: format.duration(instant.toNs) })}</b>;
}

function StepCaption({ step }: { step: Step }) {
  const { t, pick } = useWords();
  const { errno, expected, diagnosis, outcome, meaning } = step;
  const refused = errno !== null && !expected;
  const note = callNote(step);
  const because = diagnosis?.text ?? (errno === null ? undefined : meaning);
  return (
    <p className={classes.text} data-refused={refused || undefined}>
      {refused && <IconAlertTriangle size={15} aria-hidden />}
      <strong>{pick(step.title)}</strong>
      {errno !== null && <span className={classes.errno}>{errno}</span>}
      {outcome && <span>{pick(outcome)}</span>}
      {because && <span>{pick(because)}</span>}
      {note && <span title={pick(note)}>{pick(note)}</span>}
      {diagnosis && (
        <a href={addressOfFix(diagnosis)}>
          {t('steps.fix')}
          <IconArrowRight size={13} aria-hidden />
        </a>
      )}
    </p>
  );
}
