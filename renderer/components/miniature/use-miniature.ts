import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { ParameterValues } from '../../../protocol/experiment.ts';
import { useActions, useApp, usePages } from '../../context/context.ts';
import { type Miniature, shownOf } from '../../store/miniature.ts';
import type { RegionPages } from '../../store/pages/pages.ts';
import { isActive, type Session } from '../../store/session/session.ts';

export interface MiniatureView {
  /** The element that must be in sight for it to live. */
  readonly ref: RefObject<HTMLElement | null>;
  readonly miniature: Miniature | undefined;
  readonly session: Session | undefined;
  readonly active: boolean;
  pagesOf(region: number): RegionPages | undefined;
  run(parameters: ParameterValues, paused?: boolean): void;
  /** The next step; without a run that goes on, starts one and stops before its first. */
  step(parameters: ParameterValues): void;
  /** Goes on, or pauses. */
  toggle(): void;
}

/**
 * A small experiment: its session is released when it leaves the sight (one that runs, when it has ended) or the page,
 * and what it showed stays.
 */
export function useMiniature(key: string, experiment: string): MiniatureView {
  const { miniatures } = useActions();
  const pages = usePages();
  const ref = useRef<HTMLElement>(null);
  const miniature = useApp((state) => state.miniatures.get(key));
  const session = useApp((state) => shownOf(state.miniatures.get(key), state.sessions));
  const [seen, setSeen] = useState(true);
  const active = session !== undefined && isActive(session.state);

  useEffect(() => {
    if (!ref.current) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry) setSeen(entry.isIntersecting);
    });
    observer.observe(ref.current);
    return () => {
      observer.disconnect();
      void miniatures.release(key);
    };
  }, [miniatures, key]);

  const idle = miniature?.session !== undefined && session !== undefined && session.state !== 'running';
  useEffect(() => {
    if (idle && !seen) void miniatures.release(key);
  }, [idle, seen, miniatures, key]);

  const ended = session !== undefined && !active;
  useEffect(() => {
    if (ended) void miniatures.fetchProgram(key);
  }, [ended, miniatures, key]);

  const pagesOf = useCallback(
    (region: number) => miniature?.kept?.pages.get(region) ?? pages.region(miniature?.session ?? 0, region),
    [miniature, pages],
  );
  const run = (parameters: ParameterValues, paused = false): void =>
    void miniatures.run(key, experiment, parameters, paused);
  return {
    ref,
    miniature,
    session,
    active,
    pagesOf,
    run,
    step: (parameters) => (active ? void miniatures.control(key, 'step') : run(parameters, true)),
    toggle: () => void miniatures.control(key, session?.state === 'paused' ? 'resume' : 'pause'),
  };
}
