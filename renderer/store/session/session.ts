import type {
  Claim,
  CoreFile,
  RegionInfo,
  Sample,
  SessionEvent,
  SessionState,
  Step,
  VmaInfo,
} from '../../../protocol/events.ts';
import type { ParameterValues, Placement } from '../../../protocol/experiment.ts';
import type { Problem } from '../../../protocol/problem.ts';
import type { Result } from '../../../protocol/result.ts';
import type { Started } from '../../../protocol/service.ts';
import type { Text } from '../../../protocol/text.ts';
import { Log } from './append-only-list.ts';
import { digested, emptyDigest, mostSteps, type StepDigest } from './step-digest.ts';
import { thinned } from './thinned.ts';

/**
 * What a session reported so far, page states aside (`pages.ts`). Immutable: applying events makes a new one and shares
 * what did not change, so that a component which reads the claims is not drawn again for a step.
 */
export interface Session {
  readonly id: number;
  readonly state: SessionState;
  /** While paused: what comes next. */
  readonly next?: Text;
  readonly problem?: Problem;
  readonly regions: readonly RegionInfo[];
  readonly released: ReadonlySet<number>;
  /** In the order of their beginnings; a step's index is its number in the log. */
  readonly steps: Log<Step>;
  /** What the charts ask of all steps. */
  readonly digest: StepDigest;
  /** By region, its VMAs as last reported. */
  readonly vmas: ReadonlyMap<number, RegionVmas>;
  readonly claims: ReadonlyMap<string, Claim>;
  readonly samples: readonly Sample[];
  readonly measurements: ReadonlyMap<string, number>;
  /** What the run found out. */
  readonly result?: Result;
  /** The core files that were searched, by id: in the order in which they were. */
  readonly coreFiles: readonly CoreFile[];
  /** Long work that is under way. */
  readonly progress?: Progress;
  /** Known once `start` has answered; events may come before. */
  readonly started?: { readonly experiment: string } & StartedAs;
}

/** The VMAs of a region; `more` are left out. */
export interface RegionVmas {
  readonly vmas: readonly VmaInfo[];
  readonly more: number;
}

export type Progress = Omit<Extract<SessionEvent, { kind: 'progress' }>, 'kind' | 'session'>;

interface StartedAs {
  readonly placement: Placement;
  readonly pid: number;
  readonly parameters: ParameterValues;
}

export function newSession(id: number): Session {
  return {
    id,
    state: 'running',
    regions: [],
    released: new Set(),
    steps: Log.of(),
    digest: emptyDigest,
    vmas: new Map(),
    claims: new Map(),
    samples: [],
    measurements: new Map(),
    coreFiles: [],
  };
}

export function withStarted(session: Session, experiment: string, answer: Started): Session {
  const { placement, pid, parameters } = answer;
  return { ...session, started: { experiment, placement, pid, parameters } };
}

export const isActive = (state: SessionState): boolean => state === 'running' || state === 'paused';

/**
 * Applies a batch of one session's events, in order. What a batch costs depends on what it brings, not on how long the
 * session is.
 */
export function applyEvents(session: Session, events: readonly SessionEvent[]): Session {
  let { state, regions, released, claims, measurements, result, coreFiles, progress, vmas } = session;
  let ending: { next?: Text; problem?: Problem } = {
    ...(session.next && { next: session.next }),
    ...(session.problem && { problem: session.problem }),
  };
  const steps: Step[] = [];
  const samples: Sample[] = [];
  for (const event of events) {
    switch (event.kind) {
      case 'state':
        state = event.state;
        ending = { ...(event.next && { next: event.next }), ...(event.problem && { problem: event.problem }) };
        // Work that the session ends with does not go on.
        if (!isActive(state) && state !== 'open') progress = undefined;
        break;
      case 'region':
        regions = withRegion(regions, event.region);
        break;
      case 'vmas':
        vmas = new Map(vmas).set(event.region, { vmas: event.vmas, more: event.more });
        break;
      case 'released':
        released = new Set(released).add(event.region);
        break;
      case 'step':
        steps.push(event.step);
        break;
      case 'sample':
        samples.push(event.sample);
        break;
      case 'claim':
        claims = new Map(claims).set(event.claim.id, event.claim);
        break;
      case 'measurement':
        measurements = new Map(measurements).set(event.name, event.value);
        break;
      case 'result':
        result = event.result;
        break;
      case 'core-file':
        coreFiles = [...coreFiles.filter(({ id }) => id !== event.coreFile.id), event.coreFile].sort(
          (a, b) => a.id - b.id,
        );
        break;
      case 'progress':
        progress = event.done < event.total ? progressOf(event) : undefined;
        break;
    }
  }
  const { next: _next, problem: _problem, progress: _progress, ...rest } = session;
  return {
    ...rest,
    ...ending,
    state,
    regions,
    released,
    claims,
    measurements,
    ...(result && { result }),
    coreFiles,
    ...(progress && { progress }),
    vmas,
    steps: session.steps.append(steps, mostSteps),
    digest: digested(session.digest, steps),
    samples: thinned(session.samples, samples, mostSamples),
  };
}

const progressOf = ({ title, done, total, unit }: Progress): Progress => ({ title, done, total, unit });

/** As many samples as are kept. */
const mostSamples = 8192;

/** The regions with one more, or with one that is reported again: it stays in its place. */
function withRegion(regions: readonly RegionInfo[], region: RegionInfo): readonly RegionInfo[] {
  const place = regions.findIndex(({ id }) => id === region.id);
  return place < 0 ? [...regions, region] : regions.with(place, region);
}
