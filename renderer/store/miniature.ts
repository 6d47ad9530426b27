import type { Problem } from '../../protocol/problem.ts';
import type { ListedRecording } from '../../protocol/service.ts';
import type { Past } from './pages/page-history.ts';
import type { RegionPages } from './pages/pages.ts';
import { isActive, type Session } from './session/session.ts';
import { aroundStep } from './session/shown-step.ts';

/** What a session showed, when it is no longer open: nothing of it changes any more. */
export interface Shown {
  readonly session: Session;
  readonly pages: ReadonlyMap<number, RegionPages>;
}

/** A small experiment within a text or a list, by its place there. It has a session only while it is in sight. */
export interface Miniature {
  readonly starting: boolean;
  /** Its session, while it is open. */
  readonly session?: number;
  /** What it showed when its session was released. */
  readonly kept?: Shown;
  /** Its run as a C program, once it has ended. */
  readonly program?: string;
  readonly refusal?: Problem;
  /** The recording that it was read from, and when that was made. */
  readonly recordedAt?: string;
}

/** What one shows now: its open session, else what it has kept. */
export function shownOf(miniature: Miniature | undefined, sessions: ReadonlyMap<number, Session>): Session | undefined {
  const open = miniature?.session === undefined ? undefined : sessions.get(miniature.session);
  return open ?? miniature?.kept?.session;
}

/**
 * The pages of a region as one shows them: when its run has ended, those of the step that tells what it found out.
 *
 * @param pagesOf the pages of a region, where a frame has come
 */
export function pagesAtKeyStep(
  session: Session,
  region: number,
  pagesOf: (region: number) => RegionPages | undefined,
): Past {
  const key = session.result?.keyStep;
  const step = key === undefined || isActive(session.state) ? undefined : session.steps.numbered(key);
  if (!step) return 'live';
  const { afterNs } = aroundStep(session, step, pagesOf);
  return pagesOf(region)?.at(afterNs) ?? 'unmapped';
}

/** The newest whole recording of an experiment, in a list with the newest first. */
export function lastOf(experiment: string, listed: readonly ListedRecording[]) {
  for (const { file, read } of listed) {
    if (read?.experiment.id === experiment && read.outcome === 'completed') return { file, createdAt: read.createdAt };
  }
  return undefined;
}
