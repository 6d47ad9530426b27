import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ByteLimit } from '../../protocol/byte-limit.ts';
import type { Sample, Step } from '../../protocol/events.ts';
import type { ExperimentDescriptor } from '../../protocol/experiment.ts';
import type { LimitsReport } from '../../protocol/limits.ts';
import type { Tool } from '../../protocol/page-call.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { Environment } from '../../protocol/report.ts';
import type { HostInfo, Reopened, Response } from '../../protocol/service.ts';
import type { ProcessTool } from '../../protocol/workbench.ts';
import type { LegendEntry } from '../canvas/palette.ts';
import type { Miniature } from './miniature.ts';
import { type PageSet, pagesBetween } from './pages/page-set.ts';
import type { Draft } from './parameters.ts';
import { type Instant, sampleOf, stepsAt } from './session/instant.ts';
import type { Session, SettledClaim } from './session/session.ts';
import type { Look } from './session/shown-step.ts';
import type { Settings, Theme } from './settings.ts';
import { newRegionDraft, type RegionDraft } from './workbench/region-draft.ts';

export type Connection =
  | { readonly status: 'connecting' }
  | { readonly status: 'open' }
  /** `refused`: the host never let this window in. */
  | { readonly status: 'lost'; readonly refused: boolean; readonly reason: string };

/** A place that has its own session, which stays open while the window shows another. */
export type SessionPlace = 'experiment' | 'workbench' | 'recordings' | 'process';

/**
 * What the window is about: the questions to start from, a chapter of the guide and one of its headings, an experiment,
 * the workbench, the list of recordings or one or two of them by name, one process of the machine, files, or the limits
 * and, when the address says so, one of their fixes. Home, guide, files and limits have no session: what holds for the
 * process as a whole is then that of the place `from` which they were opened.
 */
export type Place =
  | { readonly kind: 'experiment' | 'workbench' }
  | { readonly kind: 'home'; readonly from: SessionPlace }
  | {
      readonly kind: 'guide';
      readonly chapter: string | undefined;
      readonly heading: string | undefined;
      readonly from: SessionPlace;
    }
  | {
      readonly kind: 'recordings';
      readonly name: string | undefined;
      readonly other?: string | undefined;
      /** The steps at which two are compared to begin with, counted from 1. */
      readonly steps?: readonly [number | undefined, number | undefined] | undefined;
    }
  | {
      readonly kind: 'processes';
      readonly view: 'all' | 'locks';
      readonly from: SessionPlace;
    }
  | {
      readonly kind: 'files';
      readonly asked: AskedFiles | undefined;
      readonly from: SessionPlace;
    }
  | {
      readonly kind: 'process';
      readonly pid: number;
      /** Clock ticks since boot at which it began; undefined until it is known, where nobody asked for one. */
      readonly startTicks: number | undefined;
    }
  | {
      readonly kind: 'limits';
      readonly fix: string | undefined;
      readonly limit: ByteLimit | undefined;
      /** Another process than the engine's, and when it began, where that is known. */
      readonly pid: number | undefined;
      readonly startTicks?: number | undefined;
      readonly from: SessionPlace;
    };

/** The files that are meant: those of a folder, or those that a process has open or mapped. */
export type AskedFiles = { readonly path: string } | { readonly openBy: number };

/** What is known of a look at files; the engine has the rest. */
export interface FilesLook {
  readonly asked: AskedFiles;
  /** Undefined until the engine has begun, or where it refused. */
  readonly begun: Response<'lookAtFiles'> | undefined;
  /** Why there is nothing, or no more. */
  readonly problem: Problem | undefined;
}

/** What stands between the engine's process and locked memory, and when that was measured. */
export interface Limits {
  readonly report: LimitsReport;
  /** Whose they are; undefined is the engine. */
  readonly of: number | undefined;
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

/** What the pages of a session are compared with: those of another instant of it, or of another session. */
export interface Against {
  /** The session whose pages are marked where they differ. */
  readonly of: number;
  readonly session: number;
  /** The step that left the pages it is compared with; undefined is what they are now. */
  readonly step: number | undefined;
  readonly tNs: number | undefined;
}

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
  /** The tool that is pointed at: the sentence says what it would do. */
  readonly pointed: BenchTool | undefined;
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
  /** The process that is being attached to. */
  readonly attaching: number | undefined;
  /** Sessions by id: one for each place, and a second only while a new one takes over from the last. */
  readonly sessions: ReadonlyMap<number, Session>;
  readonly current: Readonly<Record<SessionPlace, number | undefined>>;
  readonly bench: Bench;
  /** The small experiments within home and guide, by their places there. */
  readonly miniatures: ReadonlyMap<string, Miniature>;
  /** The recordings as last listed. */
  readonly recordings: Response<'recordings'> | undefined;
  /** The recording that is being opened. */
  readonly reopening: string | undefined;
  /** The file that is being uploaded to be opened, and how much of it, bytes. */
  readonly uploading: { readonly name: string; readonly done: number; readonly total: number } | undefined;
  /** What the open recording says of its session, and the name that its address has. */
  readonly reopened: (Reopened & { readonly name: string }) | undefined;
  readonly highlight: Highlight | undefined;
  /** What a word of the sentence that is pointed at is about: its pages stay lit, the others step back. */
  readonly lit: Highlight | undefined;
  /** Whether the column at the right is opened, where the window is too narrow for it. */
  readonly sideOpen: boolean;
  /** The entry of the legend that is picked out. */
  readonly picked: LegendEntry | undefined;
  /** The time that is pointed at, else the one of `look`; undefined while everything shows what is now. */
  readonly instant: Instant | undefined;
  /** What of a step is looked at. */
  readonly look: Look | undefined;
  readonly against: Against | undefined;
  /** The pages that are selected in regions of a session; those of the workbench are in `bench`. */
  readonly selection: { readonly of: number; readonly pages: ReadonlyMap<number, PageSet> } | undefined;
  readonly files: FilesLook | undefined;
  readonly limits: Limits | undefined;
  readonly measuringLimits: boolean;
  readonly settings: Settings;
  /** What the desktop asks windows for. */
  readonly systemTheme: Theme;
  /** Whether the desktop has colours of its own for all windows. */
  readonly forcedColors: boolean;
}

export type Store = StoreApi<AppState>;

/** Everything shows what is now. */
export const atPresent = { instant: undefined, look: undefined } as const satisfies Partial<AppState>;

export const newBench: Bench = {
  opening: false,
  region: undefined,
  selections: new Map(),
  tool: { kind: 'touch', access: 'read' },
  pointed: undefined,
  actions: [],
  draft: newRegionDraft,
  dismissed: -1,
};

/** The theme that is drawn: where the desktop forces its colours, the one that goes with them. */
export const shownTheme = ({
  settings,
  systemTheme,
  forcedColors,
}: Pick<AppState, 'settings' | 'systemTheme' | 'forcedColors'>): Theme =>
  settings.theme === 'system' || forcedColors ? systemTheme : settings.theme;

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
    attaching: undefined,
    sessions: new Map(),
    current: { experiment: undefined, workbench: undefined, recordings: undefined, process: undefined },
    bench: newBench,
    miniatures: new Map(),
    recordings: undefined,
    reopening: undefined,
    uploading: undefined,
    reopened: undefined,
    highlight: undefined,
    lit: undefined,
    sideOpen: false,
    picked: undefined,
    ...atPresent,
    against: undefined,
    selection: undefined,
    files: undefined,
    limits: undefined,
    measuringLimits: false,
    settings,
    systemTheme: 'dark',
    forcedColors: false,
  }));
}

/** The place whose session is shown: that of the window, or the one from which it turned to what has none. */
export const sessionPlace = ({ place }: Pick<AppState, 'place'>): SessionPlace =>
  'from' in place ? place.from : place.kind;

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
  if (place !== 'experiment') return session;
  return session?.started && session.started.experiment === shownExperiment(state)?.id ? session : undefined;
}

/** The machine that the shown session runs on, or was recorded on. */
export const shownEnvironment = (state: AppState): Environment | undefined =>
  shownSession(state)?.started?.environment ?? state.host?.environment;

/** The process at the instant that is shown. */
export function shownSample(state: AppState): Sample | undefined {
  const session = shownSession(state);
  return session && state.instant ? sampleOf(session, state.instant) : session?.samples.at(-1);
}

/** The step that is shown; undefined while it is what is now. */
export function shownStep(state: AppState): Step | undefined {
  const { instant, look } = state;
  const steps = shownSession(state)?.steps;
  if (!instant || !steps) return undefined;
  if (instant === look?.instant) return steps.numbered(look.step);
  const span = stepsAt(steps, instant);
  return span && steps.at(span.end - 1);
}

/** The result of a session that mapped no memory: its figure has the place of the pages. */
export function resultWithoutPages(state: AppState): Session['result'] {
  const session = shownSession(state);
  return session?.regions.length === 0 ? session.result : undefined;
}

/** The claims that were settled by the instant that is shown. */
export function settledClaims(state: AppState): readonly SettledClaim[] {
  const claims = [...(shownSession(state)?.claims.values() ?? [])];
  const step = shownStep(state);
  return step ? claims.filter((claim) => claim.step <= step.index) : claims;
}
