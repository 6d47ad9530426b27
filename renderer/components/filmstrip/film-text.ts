import type { Step } from '../../../protocol/events.ts';
import { useWords } from '../../context/context.ts';
import { sampleAt } from '../../store/session/instant.ts';
import type { Session } from '../../store/session/session.ts';

/** The end of the stretch of time that a step stands for: the next one's beginning. */
export function untilNs({ steps }: Session, { index }: Step): number {
  return (steps.numbered(index + 1)?.startedNs ?? Number.POSITIVE_INFINITY) - 1;
}

/** A step in one sentence: what a screen reader gets of the drawing. */
export function useStepText(session: Session): (step: Step) => string {
  const { t, pick, format } = useWords();
  return (step) => {
    const sample = sampleAt(session.samples, untilNs(session, step));
    const faults = (step.minorFaults ?? 0) + (step.majorFaults ?? 0);
    return [
      t('film.position', { index: step.index + 1, total: totalOf(session) }),
      pick(step.title),
      ...(step.errno === null ? [] : [step.errno]),
      ...(sample ? [`VmLck ${format.bytes(sample.vmLck)}`] : []),
      ...(faults > 0 ? [t('film.faultCount', { count: faults })] : []),
    ].join(format.listSeparator);
  };
}

export const totalOf = ({ steps }: Session): number => steps.length + steps.forgotten;
