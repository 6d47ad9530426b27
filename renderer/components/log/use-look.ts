import { useMemo } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useActions, useApp, usePages, usePagesVersion } from '../../context/context.ts';
import type { Around } from '../../store/pages/page-history.ts';
import type { Session } from '../../store/session/session.ts';
import { aroundStep, instantOf, type Side } from '../../store/session/shown-step.ts';

export interface Looking {
  readonly around: Around;
  /** What of the step the grid shows; undefined while it shows what is now. */
  readonly side: Side | undefined;
  turn(side: Side | undefined): void;
}

/** Shows the pages of a step, before or after it. */
export function useLook(session: Session, step: Step): Looking {
  const { lookAt } = useActions();
  const pages = usePages();
  const version = usePagesVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the pages, which change in place
  const around = useMemo(
    () => aroundStep(session, step, (region) => pages.region(session.id, region)),
    [version, session, step, pages],
  );
  const look = useApp((state) => (state.look?.step === step.index ? state.look : undefined));
  const side = look?.side;
  const turn = (wanted: Side | undefined): void =>
    lookAt(wanted && { step: step.index, side: wanted, instant: instantOf(wanted, step, around) });
  return { around, side, turn };
}
