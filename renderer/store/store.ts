import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ExperimentDescriptor } from '../../protocol/experiment.ts';
import type { LimitsReport } from '../../protocol/limits.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { HostInfo } from '../../protocol/service.ts';
import type { Instant } from './instant.ts';
import type { Draft } from './parameters.ts';
import type { Session } from './session.ts';
import type { Settings } from './settings.ts';

export type Connection =
  | { readonly status: 'connecting' }
  | { readonly status: 'open' }
  /** `refused`: the host never let this window in. */
  | { readonly status: 'lost'; readonly refused: boolean; readonly reason: string };

/** What the window is about: an experiment, or the limits and, when the address says so, one of their fixes. */
export type Place = { readonly kind: 'experiment' } | { readonly kind: 'limits'; readonly fix: string | undefined };

/** What stands between the engine's process and locked memory, and when that was measured. */
export interface Limits {
  readonly report: LimitsReport;
  readonly measuredAt: Date;
}

/** A chosen step, and the pages that it was about, where it was about some. */
export interface Highlight {
  readonly step: number;
  readonly region: number | undefined;
  readonly range: PageRange | undefined;
}

/**
 * Everything the window shows, page states aside (`pages.ts`). Components read slices of it; only `actions.ts` and the link to the
 * engine write.
 */
export interface AppState {
  readonly connection: Connection;
  readonly host: HostInfo | undefined;
  readonly catalogue: readonly ExperimentDescriptor[] | undefined;
  readonly place: Place;
  /** The experiment in the address, whether it exists or not; the last one, while the window is about something else. */
  readonly selected: string | undefined;
  /** Parameter fields as typed, by experiment; what is not there is the default. */
  readonly drafts: Readonly<Record<string, Draft>>;
  /** A request was refused or failed: shown until the next one. */
  readonly refusal: Problem | undefined;
  readonly starting: boolean;
  /** Sessions by id. More than one only while a new one takes over from the last. */
  readonly sessions: ReadonlyMap<number, Session>;
  readonly current: number | undefined;
  readonly highlight: Highlight | undefined;
  /** The time that is pointed at; undefined while everything shows what is now. */
  readonly instant: Instant | undefined;
  readonly limits: Limits | undefined;
  readonly measuringLimits: boolean;
  readonly settings: Settings;
}

export type Store = StoreApi<AppState>;

export function createAppStore(settings: Settings): Store {
  return createStore<AppState>(() => ({
    connection: { status: 'connecting' },
    host: undefined,
    catalogue: undefined,
    place: { kind: 'experiment' },
    selected: undefined,
    drafts: {},
    refusal: undefined,
    starting: false,
    sessions: new Map(),
    current: undefined,
    highlight: undefined,
    instant: undefined,
    limits: undefined,
    measuringLimits: false,
    settings,
  }));
}

export const currentSession = (state: AppState): Session | undefined =>
  state.current === undefined ? undefined : state.sessions.get(state.current);

/** The experiment that is shown: the one in the address, else the first of the catalogue. */
export function shownExperiment(state: AppState): ExperimentDescriptor | undefined {
  const { catalogue, selected } = state;
  return selected === undefined ? catalogue?.[0] : catalogue?.find(({ id }) => id === selected);
}

/** The session of the experiment that is shown. */
export function shownSession(state: AppState): Session | undefined {
  const session = currentSession(state);
  return session?.started && session.started.experiment === shownExperiment(state)?.id ? session : undefined;
}
