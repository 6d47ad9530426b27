import { useEffect } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useActions, useApp, usePages, usePagesVersion } from '../../context/context.ts';
import { type Instant, stepsAt } from '../../store/session/instant.ts';
import type { Session } from '../../store/session/session.ts';
import { aroundStep, instantOf, type Side } from '../../store/session/shown-step.ts';
import { useAgainstStep } from './film-difference.tsx';

/** The one instant that everything of a session shows, by its place in the list of steps. */
export interface Playhead {
  /** What is shown: pinned, or pointed at for a moment. Undefined while it is what is now. */
  readonly shown: number | undefined;
  readonly pinned: number | undefined;
  /** The last step that was taken. */
  readonly newest: number;
  /** Shows a step while it is pointed at; undefined leads back. */
  preview(step: Step | undefined): void;
}

export function usePlayhead(session: Session): Playhead {
  const { pointAt, lookAt, compareWith } = useActions();
  const pages = usePages();
  const version = usePagesVersion();
  const instant = useApp((state) => state.instant);
  const look = useApp((state) => state.look);
  const against = useAgainstStep(session);
  const { steps } = session;
  const instantAt = (side: Side, step: Step): Instant =>
    instantOf(
      side,
      step,
      aroundStep(session, step, (region) => pages.region(session.id, region)),
    );
  const latest = { look, against, instantAt };
  // The frames of a step that has just been taken still come in.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the pages, which change in place
  useEffect(() => {
    const { look: held } = latest;
    const step = held && steps.numbered(held.step);
    // Of another process any time is held, not what a step left.
    if (!held || !step || session.target) return;
    const right = latest.instantAt(held.side, step);
    if (right.toNs !== held.instant.toNs) lookAt({ ...held, instant: right });
  }, [version, steps, look]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  useEffect(() => {
    const { against: kept } = latest;
    const step = kept?.step === undefined ? undefined : steps.numbered(kept.step);
    if (step && latest.instantAt('after', step).toNs !== kept?.tNs) compareWith(step);
  }, [version, steps, against]);
  const span = instant && stepsAt(steps, instant);
  const pinned = look && look.step - steps.forgotten;
  return {
    // Of the pages before a step, the step is what is shown.
    shown: instant && instant === look?.instant ? pinned : span && span.end - 1,
    pinned: pinned !== undefined && pinned >= 0 ? pinned : undefined,
    newest: steps.length - 1,
    preview: (step) => pointAt(step && instantAt('after', step)),
  };
}
