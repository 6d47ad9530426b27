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
import { withPlainName } from '../../../protocol/plain-name.ts';
import type { Problem } from '../../../protocol/problem.ts';
import type { TargetMapping } from '../../../protocol/process-look.ts';
import type { Environment } from '../../../protocol/report.ts';
import type { Result } from '../../../protocol/result.ts';
import { applyTarget, byStart, type TargetState, type TargetTold } from '../../../protocol/target.ts';
import type { Text } from '../../../protocol/text.ts';
import { Log } from './append-only-list.ts';
import { type Looked, type Seen, withLooks } from './seen.ts';
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
  /** From when to when each was there, as far as what came beside it says; ns since the session began. */
  readonly lives: ReadonlyMap<number, Life>;
  /** In the order of their beginnings; a step's index is its number in the log. */
  readonly steps: Log<Step>;
  /** What the charts ask of all steps. */
  readonly digest: StepDigest;
  /** By region, its VMAs as last reported. */
  readonly vmas: ReadonlyMap<number, RegionVmas>;
  readonly claims: ReadonlyMap<string, SettledClaim>;
  readonly samples: readonly Sample[];
  readonly seen: Seen;
  readonly measurements: ReadonlyMap<string, number>;
  /** What the run found out. */
  readonly result?: Result;
  /** The core files that were searched, by id: in the order in which they were. */
  readonly coreFiles: readonly CoreFile[];
  /** Long work that is under way. */
  readonly progress?: Progress;
  /** The file that it is recorded in, where it is; it can be opened again when the session is gone. */
  readonly recording?: string;
  /** Why it is not recorded, or no longer. */
  readonly unrecorded?: Problem;
  /** Of a recording: how many of its rows could not be read and are left out. */
  readonly damagedRows?: number;
  /** Of another process: what was seen of it last, all that was told, and the state that this made. */
  readonly target?: Target;
  readonly told: Log<TargetTold>;
  readonly targetState?: TargetState;
  /** Known once `start` has answered; events may come before. */
  readonly started?: { readonly experiment: string } & StartedAs;
}

/** The process that a session is attached to, as it was seen last. */
export interface Target extends Omit<TargetState, 'mappings'> {
  /** By address; null where they may not be read. */
  readonly mappings: readonly TargetMapping[] | null;
}

export interface Life {
  readonly fromNs: number;
  /** Infinity while it is there. */
  readonly toNs: number;
}

/** A claim, and the step that settled it: the newest when it was told. */
export type SettledClaim = Claim & { readonly step: number };

/** The VMAs of a region; `more` are left out. */
export interface RegionVmas {
  readonly vmas: readonly VmaInfo[];
  readonly more: number;
}

export type Progress = Omit<Extract<SessionEvent, { kind: 'progress' }>, 'kind' | 'session'>;

export interface StartedAs {
  readonly placement: Placement;
  readonly pid: number;
  readonly parameters: ParameterValues;
  /** Of a recording: the machine that it was recorded on. */
  readonly environment?: Environment | undefined;
}

export function newSession(id: number): Session {
  return {
    id,
    state: 'running',
    regions: [],
    released: new Set(),
    lives: new Map(),
    steps: Log.of(),
    digest: emptyDigest,
    vmas: new Map(),
    claims: new Map(),
    samples: [],
    told: Log.of(),
    seen: new Map(),
    measurements: new Map(),
    coreFiles: [],
  };
}

export function withStarted(
  session: Session,
  experiment: string,
  { placement, pid, parameters, environment }: StartedAs,
): Session {
  return { ...session, started: { experiment, placement, pid, parameters, ...(environment && { environment }) } };
}

export const isActive = (state: SessionState): boolean => state === 'running' || state === 'paused';

/** Whether more may come. */
export const isLive = ({ state }: Session): boolean => isActive(state) || state === 'open';

/**
 * Applies a batch of one session's events, in order. What a batch costs depends on what it brings, not on how long the
 * session is.
 */
export function applyEvents(session: Session, events: readonly SessionEvent[]): Session {
  let { state, regions, released, lives, claims, measurements, result, coreFiles, progress, vmas } = session;
  let { recording, unrecorded, damagedRows } = session;
  let ending: { next?: Text; problem?: Problem } = {
    ...(session.next && { next: session.next }),
    ...(session.problem && { problem: session.problem }),
  };
  const taken = session.steps.length + session.steps.forgotten;
  const steps: Step[] = [];
  const samples: Sample[] = [];
  const told: TargetTold[] = [];
  const looks: Looked[] = [];
  let newestNs = Math.max(
    session.steps.at(-1)?.startedNs ?? 0,
    session.samples.at(-1)?.tNs ?? 0,
    session.told.at(-1)?.takenNs ?? 0,
  );
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
        if (!lives.has(event.region.id)) {
          lives = new Map(lives).set(event.region.id, { fromNs: newestNs, toNs: Number.POSITIVE_INFINITY });
        }
        break;
      case 'vmas':
        vmas = new Map(vmas).set(event.region, { vmas: event.vmas, more: event.more });
        break;
      case 'released':
        released = new Set(released).add(event.region);
        lives = new Map(lives).set(event.region, { fromNs: lives.get(event.region)?.fromNs ?? 0, toNs: newestNs });
        break;
      case 'step':
        steps.push(event.step);
        newestNs = Math.max(newestNs, event.step.startedNs);
        break;
      case 'sample':
        samples.push(event.sample);
        newestNs = Math.max(newestNs, event.sample.tNs);
        if (event.looked?.length) looks.push({ regions: event.looked, tNs: event.sample.tNs, still: event.still });
        break;
      case 'target':
        told.push(withPlainNames(event.target));
        newestNs = Math.max(newestNs, event.target.takenNs);
        break;
      case 'recording':
        recording = event.problem ? recording : event.file;
        unrecorded = event.problem ?? unrecorded;
        break;
      case 'damaged':
        damagedRows = event.rows;
        break;
      case 'claim':
        claims = new Map(claims).set(event.claim.id, { ...event.claim, step: taken + steps.length - 1 });
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
    lives,
    claims,
    measurements,
    ...(result && { result }),
    coreFiles,
    ...(progress && { progress }),
    ...(recording !== undefined && { recording }),
    ...(unrecorded && { unrecorded }),
    ...(damagedRows !== undefined && { damagedRows }),
    vmas,
    ...withTold(session, told),
    steps: session.steps.append(steps, mostSteps),
    digest: digested(session.digest, steps),
    samples: thinned(session.samples, samples, mostSamples),
    seen: withLooks(session.seen, looks),
  };
}

const withPlainNames = (told: TargetTold): TargetTold => ({
  ...told,
  process: withPlainName(told.process),
  mappings: told.mappings?.map(withPlainName) ?? null,
});

/** What is known of the target; its list is shown when all of a look was told. */
function withTold(session: Session, told: readonly TargetTold[]): Partial<Session> {
  const last = told.at(-1);
  if (!last) return {};
  const targetState = told.reduce<TargetState | undefined>(applyTarget, session.targetState);
  const log = session.told.append(told);
  if (!targetState) return { told: log };
  // Until all of a look was told the one before is shown, and nothing is drawn for its pieces.
  if (last.more && session.target) return { told: log, targetState };
  const sameList = told.every(({ mappings, gone, whole }) => mappings?.length === 0 && gone.length === 0 && !whole);
  const known = sameList ? session.target?.mappings : undefined;
  return { told: log, targetState, target: { ...targetState, mappings: known ?? byAddress(targetState) } };
}

export function byAddress({ mappings }: TargetState): readonly TargetMapping[] | null {
  return mappings && [...mappings.values()].sort(byStart);
}

/** The regions that were there at an instant, or are now. */
export function regionsAt(
  { regions, lives }: Pick<Session, 'regions' | 'lives'>,
  tNs = Number.POSITIVE_INFINITY,
): readonly RegionInfo[] {
  return regions.filter(({ id }) => {
    const { fromNs, toNs } = lives.get(id) ?? always;
    // What is there now and was not then stays, and says that none of its pages were kept.
    return toNs === Number.POSITIVE_INFINITY || (fromNs <= tNs && tNs < toNs);
  });
}

const always: Life = { fromNs: 0, toNs: Number.POSITIVE_INFINITY };

const progressOf = ({ title, done, total, unit }: Progress): Progress => ({ title, done, total, unit });

/** As many samples as are kept. */
const mostSamples = 8192;

/** The regions with one more, or with one that is reported again: it stays in its place. */
function withRegion(regions: readonly RegionInfo[], region: RegionInfo): readonly RegionInfo[] {
  const place = regions.findIndex(({ id }) => id === region.id);
  return place < 0 ? [...regions, region] : regions.with(place, region);
}
