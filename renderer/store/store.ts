import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Step } from '../../protocol/events.ts';
import type { ExperimentDescriptor } from '../../protocol/experiment.ts';
import type { LimitsReport } from '../../protocol/limits.ts';
import type { Tool } from '../../protocol/page-call.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { HostInfo } from '../../protocol/service.ts';
import type { ProcessTool } from '../../protocol/workbench.ts';
import { type PageSet, pagesBetween } from './pages/page-set.ts';
import type { Draft } from './parameters.ts';
import type { Instant } from './session/instant.ts';
import type { Session } from './session/session.ts';
import type { Look } from './session/shown-step.ts';
import type { Settings } from './settings.ts';
import { newRegionDraft, type RegionDraft } from './workbench/region-draft.ts';

export type Connection =
  | { readonly status: 'connecting' }
  | { readonly status: 'open' }
  /** `refused`: the host never let this window in. */
  | { readonly status: 'lost'; readonly refused: boolean; readonly reason: string };

/** A place that has its own session, which stays open while the window shows another. */
export type SessionPlace = 'experiment' | 'workbench';

/**
 * What the window is about: an experiment, the workbench, or the limits and, when the address says so, one of their
 * fixes. The limits have no session: what holds for the process as a whole is then that of the place `from` which they
 * were opened.
 */
export type Place =
  | { readonly kind: SessionPlace }
  | { readonly kind: 'limits'; readonly fix: string | undefined; readonly from: SessionPlace };

/** What stands between the engine's process and locked memory, and when that was measured. */
export interface Limits {
  readonly report: LimitsReport;
  readonly measuredAt: Date;
}

/** A chosen step, and the pages that it was about, where it was about some. */
export interface Highlight {
  readonly step: number;
  readonly region: number | undefined;
  readonly pages: PageSet | undefined;
}

/** What choosing a step picks out: its range, of which an action on several runs of pages may leave some out. */
export const highlightOf = ({ index, region, range }: Step): Highlight => ({
  step: index,
  region,
  pages: range && pagesBetween(range.firstPage, range.firstPage + range.pageCount - 1),
});

/** The workbench as its user has it in hand; what the engine tells of it is in its session. */
export interface Bench {
  /** A session is being opened, and perhaps filled with actions. */
  readonly opening: boolean;
  /** The region that tools and keys act on. */
  readonly region: number | undefined;
  /** The chosen pages of each region. */
  readonly selections: ReadonlyMap<number, PageSet>;
  /** The action that Space and Enter repeat. */
  readonly tool: BenchTool;
  /** The actions that were asked for and have not ended, in order: the first is under way. */
  readonly actions: readonly BenchAction[];
  /** The form for the next region, as typed. */
  readonly draft: RegionDraft;
  /** The step whose refusal the user has read and put away. */
  readonly dismissed: number;
}

export type BenchTool = Tool | ProcessTool;

/** An action that was asked for. */
export interface BenchAction {
  readonly tool: BenchTool;
  /** Undefined when it is about the whole process. */
  readonly region: number | undefined;
  readonly pages: PageSet;
}

/**
 * Everything the window shows, page states aside (`pages.ts`). Components read slices of it; only `actions.ts` and the
 * link to the engine write.
 */
export interface AppState {
  readonly connection: Connection;
  readonly host: HostInfo | undefined;
  readonly catalogue: readonly ExperimentDescriptor[] | undefined;
  readonly place: Place;
  /**
   * The experiment in the address, whether it exists or not; the last one, while the window is about something else.
   */
  readonly selected: string | undefined;
  /** Parameter fields as typed, by experiment; what is not there is the default. */
  readonly drafts: Readonly<Record<string, Draft>>;
  /** A request was refused or failed: shown until the next one. */
  readonly refusal: Problem | undefined;
  readonly starting: boolean;
  /** Sessions by id: one for each place, and a second only while a new one takes over from the last. */
  readonly sessions: ReadonlyMap<number, Session>;
  readonly current: Readonly<Record<SessionPlace, number | undefined>>;
  readonly bench: Bench;
  readonly highlight: Highlight | undefined;
  /** The time that is pointed at, else the one of `look`; undefined while everything shows what is now. */
  readonly instant: Instant | undefined;
  /** What of a step is looked at. */
  readonly look: Look | undefined;
  readonly limits: Limits | undefined;
  readonly measuringLimits: boolean;
  readonly settings: Settings;
}

export type Store = StoreApi<AppState>;

/** Everything shows what is now. */
export const atPresent = { instant: undefined, look: undefined } as const satisfies Partial<AppState>;

export const newBench: Bench = {
  opening: false,
  region: undefined,
  selections: new Map(),
  tool: { kind: 'touch', access: 'read' },
  actions: [],
  draft: newRegionDraft,
  dismissed: -1,
};

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
    current: { experiment: undefined, workbench: undefined },
    bench: newBench,
    highlight: undefined,
    ...atPresent,
    limits: undefined,
    measuringLimits: false,
    settings,
  }));
}

/** The place whose session is shown: that of the window, or the one from which it turned to the limits. */
export const sessionPlace = ({ place }: Pick<AppState, 'place'>): SessionPlace =>
  place.kind === 'limits' ? place.from : place.kind;

/** The session of a place, of whichever experiment. */
export function currentSession(state: AppState, place: SessionPlace): Session | undefined {
  const id = state.current[place];
  return id === undefined ? undefined : state.sessions.get(id);
}

/** The experiment that is shown: the one in the address, else the first of the catalogue. */
export function shownExperiment(state: AppState): ExperimentDescriptor | undefined {
  const { catalogue, selected } = state;
  return selected === undefined ? catalogue?.[0] : catalogue?.find(({ id }) => id === selected);
}

/** The workbench's session, once it is open. */
export const workbenchSession = (state: AppState): Session | undefined => currentSession(state, 'workbench');

/** The session that is shown: the workbench's, or that of the experiment that is shown. */
export function shownSession(state: AppState): Session | undefined {
  const place = sessionPlace(state);
  const session = currentSession(state, place);
  if (place === 'workbench') return session;
  return session?.started && session.started.experiment === shownExperiment(state)?.id ? session : undefined;
}
