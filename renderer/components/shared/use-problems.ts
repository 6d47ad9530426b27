import { useActions, useApp, useWords } from '../../context/context.ts';
import { shownExperiment, shownSession } from '../../store/store.ts';

/** Something that stands in the way of the session that is shown. */
export interface Hindrance {
  readonly tone: 'bad' | 'warn';
  readonly title: string;
  /** The engine’s own sentence. */
  readonly text: string | undefined;
  readonly dismiss?: () => void;
}

export function useProblems(): readonly Hindrance[] {
  const { t, pick } = useWords();
  const { dismissRefusal } = useActions();
  const experiment = useApp((state) => (state.place.kind === 'experiment' ? shownExperiment(state) : undefined));
  const refusal = useApp((state) => state.refusal);
  const broken = useApp((state) => shownSession(state)?.problem);
  const found: Hindrance[] = [];
  if (experiment && !experiment.available) {
    const text = experiment.reason && pick(experiment.reason);
    found.push({ tone: 'warn', title: t('experiment.unavailable'), text });
  }
  // What is asked of a process that has died is answered with what is shown of its death.
  if (refusal && !(refusal.kind === 'died' && broken?.kind === 'died')) {
    found.push({ tone: 'bad', title: t('experiment.refused'), text: pick(refusal.text), dismiss: dismissRefusal });
  }
  if (broken?.kind === 'died') {
    const title = broken.signal ? t('experiment.diedOf', { signal: broken.signal }) : t('experiment.died');
    found.push({ tone: 'warn', title, text: `${pick(broken.text)} ${t('experiment.diedAlone')}` });
  } else if (broken) {
    const title = t(broken.kind === 'bad-input' ? 'experiment.refused' : 'experiment.failed');
    found.push({ tone: 'bad', title, text: pick(broken.text) });
  }
  return found;
}
