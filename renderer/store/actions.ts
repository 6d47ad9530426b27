import type { ByteLimit } from '../../protocol/byte-limit.ts';
import type { Step } from '../../protocol/events.ts';
import { toProblem } from '../../protocol/problem.ts';
import type { Report } from '../../protocol/report.ts';
import type { CsvTable, ReportFormat } from '../../protocol/report-formats.ts';
import type { Request } from '../../protocol/service.ts';
import type { LegendEntry } from '../canvas/palette.ts';
import type { Engine } from './engine.ts';
import { createFilesActions, type FilesActions } from './files-actions.ts';
import { createMiniatureActions, type MiniatureActions } from './miniature-actions.ts';
import { parameterValues } from './parameters.ts';
import { createPlayheadActions, type PlayheadActions } from './playhead-actions.ts';
import { createProcessActions, type ProcessActions } from './process-actions.ts';
import { createRecordingsActions, type RecordingsActions } from './recordings-actions.ts';
import { isActive } from './session/session.ts';
import { createSessions } from './sessions.ts';
import type { Settings } from './settings.ts';
import {
  type AppState,
  atPresent,
  highlightOf,
  type Store,
  sessionPlace,
  shownExperiment,
  shownSession,
} from './store.ts';
import { createWorkbenchActions, type WorkbenchActions } from './workbench-actions.ts';
import { createLogActions, type LogActions } from './workbench-log-actions.ts';

/** What a person can do. Each action ends in the store: done, or refused with the engine's sentence. */
export interface Actions extends PlayheadActions {
  /** Asks the host who it is and what it offers. */
  load(): Promise<void>;
  select(experiment: string): void;
  /** Turns to the questions to start from. */
  openHome(): void;
  /** Turns to a chapter of the guide, and to one of its headings. */
  openGuide(chapter: string | undefined, heading: string | undefined): void;
  /** Turns to the limits, and to one of their fixes. */
  /** @param limit what the fixes are to be written for */
  openLimits(
    fix: string | undefined,
    limit?: ByteLimit,
    whose?: { readonly pid: number; readonly startTicks?: number | null | undefined },
  ): void;
  /** Turns to the table of all processes, or to those that lock memory. */
  openProcesses(view: 'all' | 'locks'): void;
  readonly workbench: WorkbenchActions;
  readonly log: LogActions;
  readonly recordings: RecordingsActions;
  readonly process: ProcessActions;
  readonly files: FilesActions;
  readonly miniatures: MiniatureActions;
  /** Measures the limits anew. */
  measureLimits(): Promise<void>;
  setParameter(name: string, value: string | number): void;
  resetParameters(): void;
  changeSettings(change: Partial<Settings>): void;
  /** Runs the shown experiment anew; the session before it is closed. */
  run(options?: { paused?: boolean }): Promise<boolean>;
  /** Shows a recording as the session of the experiment that it is of; false when that was refused. */
  reopen(file: string): Promise<boolean>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** One step of a paused session; without one, starts it and does its first step. */
  step(): Promise<void>;
  stop(): Promise<void>;
  /** Run, pause or resume, whichever is next: what the space bar does. */
  toggle(): Promise<void>;
  /** Leaves the pages lit that a step was about, until told otherwise. */
  light(step: Step | undefined): void;
  openSide(open: boolean): void;
  /** Picks out an entry of the legend; picked out already, it is let go. */
  pickOut(entry: LegendEntry): void;
  dismissRefusal(): void;
  report(): Promise<Report | undefined>;
  /** The session as text in a format; of a CSV, one table. */
  written(format: ReportFormat, table?: CsvTable): Promise<string | undefined>;
  program(signal: AbortSignal): Promise<string | undefined>;
  /** The same, on a state of its own. */
  within(store: Store): Actions;
}

export function createActions(store: Store, engine: Engine): Actions {
  const { client } = engine;
  const sessions = createSessions(store, engine);
  const { attempt } = sessions;
  const set = (part: Partial<AppState>): void => store.setState(part);
  /** How often limits were asked for. */
  let measured = 0;

  /** The session that run controls act on. */
  const session = () => shownSession(store.getState());

  async function control(action: Request<'control'>['action']): Promise<void> {
    const current = session();
    if (current && !store.getState().starting)
      await attempt(() => client.call('control', { session: current.id, action }));
  }

  async function run({ paused = false }: { paused?: boolean } = {}): Promise<boolean> {
    const { starting, settings, drafts } = store.getState();
    const experiment = shownExperiment(store.getState());
    if (starting || !experiment?.available) return false;
    const parameters = parameterValues(experiment.parameters, drafts[experiment.id]);
    if (!parameters) return false;
    const before = store.getState().current.experiment;
    const answered = attempt(async () => {
      if (before !== undefined) await sessions.end(before);
      const { paceMs, placement } = settings;
      const answer = await client.call('start', {
        experiment: experiment.id,
        parameters,
        paceMs,
        paused,
        ...(placement !== 'automatic' && { placement }),
      });
      sessions.show('experiment', experiment.id, answer);
      set({ starting: false });
      return true;
    });
    // The engine is at work by now: what is drawn meanwhile keeps nobody waiting.
    set({ starting: true });
    const started = await answered;
    set({ starting: false });
    return started ?? false;
  }

  const workbench = createWorkbenchActions(store, engine, sessions);
  const log = createLogActions(store, engine, sessions, workbench);
  const playhead = createPlayheadActions(store, engine.pages, (step) => {
    if (sessionPlace(store.getState()) === 'workbench') void log.highlight(step);
  });

  const actions: Actions = {
    async load() {
      await attempt(async () => {
        const [host, catalogue] = await Promise.all([client.call('host', {}), client.call('experiments', {})]);
        set({ host, catalogue });
      });
    },
    select(experiment) {
      const { selected, place } = store.getState();
      if (experiment === selected && place.kind === 'experiment') return;
      set({ place: { kind: 'experiment' }, selected: experiment, refusal: undefined });
      if (experiment !== selected || sessionPlace({ place }) !== 'experiment') {
        set({ highlight: undefined, ...atPresent });
      }
    },
    openHome() {
      const from = sessionPlace(store.getState());
      set({ place: { kind: 'home', from }, refusal: undefined, ...atPresent });
    },
    openGuide(chapter, heading) {
      const from = sessionPlace(store.getState());
      set({ place: { kind: 'guide', chapter, heading, from }, refusal: undefined, ...atPresent });
    },
    openProcesses(view) {
      const from = sessionPlace(store.getState());
      set({ place: { kind: 'processes', view, from }, refusal: undefined, ...atPresent });
    },
    openLimits(fix, limit, whose) {
      const from = sessionPlace(store.getState());
      set({
        place: { kind: 'limits', fix, limit, pid: whose?.pid, startTicks: whose?.startTicks ?? undefined, from },
        refusal: undefined,
        ...atPresent,
      });
    },
    async measureLimits() {
      const { place } = store.getState();
      const { pid, startTicks } = place.kind === 'limits' ? place : { pid: undefined, startTicks: undefined };
      const own = ++measured;
      set({ measuringLimits: true });
      const report = await attempt(() => client.call('limits', { pid, startTicks }));
      // Another process was chosen meanwhile.
      if (own !== measured) return;
      set({ measuringLimits: false, ...(report && { limits: { report, of: pid, measuredAt: new Date() } }) });
    },
    setParameter(name, value) {
      const id = shownExperiment(store.getState())?.id;
      if (id === undefined) return;
      store.setState(({ drafts }) => ({ drafts: { ...drafts, [id]: { ...drafts[id], [name]: value } } }));
    },
    resetParameters() {
      const id = shownExperiment(store.getState())?.id;
      if (id === undefined) return;
      store.setState(({ drafts }) => ({ drafts: { ...drafts, [id]: {} } }));
    },
    changeSettings(change) {
      store.setState(({ settings }) => ({ settings: { ...settings, ...change } }));
      const { paceMs } = change;
      const current = session();
      if (paceMs === undefined || !current || !isActive(current.state)) return;
      void attempt(() => client.call('pace', { session: current.id, paceMs }));
    },
    workbench,
    log,
    recordings: createRecordingsActions(store, engine, sessions),
    process: createProcessActions(store, engine, sessions),
    files: createFilesActions(store, engine),
    miniatures: createMiniatureActions(store, engine),
    run,
    async reopen(file) {
      const { starting, current, place, selected } = store.getState();
      if (starting) return false;
      set({ starting: true });
      const opened = await attempt(async () => {
        const answer = await client.call('reopen', { file });
        // The window may have turned to something else meanwhile: it is not turned back.
        const now = store.getState();
        if (now.place.kind !== place.kind || now.selected !== selected) {
          return void (await sessions.end(answer.session));
        }
        await sessions.end(current.experiment);
        const { session, experiment } = answer;
        sessions.show('experiment', experiment.id, { ...answer, parameters: experiment.parameters });
        store.setState((state) => ({
          place: { kind: 'experiment' },
          selected: experiment.id,
          drafts: { ...state.drafts, [experiment.id]: experiment.parameters },
          sessions: withRecording(state.sessions, session, file),
        }));
        await endTold(store, session);
        return true;
      });
      set({ starting: false });
      return opened !== undefined;
    },
    pause: () => control('pause'),
    resume: () => control('resume'),
    async step() {
      const current = session();
      if (!current || !isActive(current.state)) {
        if (await run({ paused: true })) await control('step');
      } else if (current.state === 'paused') await control('step');
    },
    async stop() {
      // What has ended is looked at: to stop it would release its regions.
      const current = session();
      if (current && isActive(current.state)) await control('stop');
    },
    async toggle() {
      const state = session()?.state;
      if (state === 'running') await control('pause');
      else if (state === 'paused') await control('resume');
      else await run();
    },
    ...playhead,
    light: (step) => set({ lit: step && highlightOf(step) }),
    openSide: (sideOpen) => set({ sideOpen }),
    pickOut: (entry) => store.setState(({ picked }) => ({ picked: picked === entry ? undefined : entry })),
    dismissRefusal: () => set({ refusal: undefined }),
    async report() {
      const current = session();
      if (!current) return undefined;
      const { language } = store.getState().settings;
      return attempt(() => client.call('report', { session: current.id, language }));
    },
    async written(format, table) {
      const current = session();
      if (!current) return undefined;
      const { language } = store.getState().settings;
      const request = { session: current.id, format, language, ...(table && { table }) };
      return attempt(() => client.call('export', request));
    },
    async program(signal) {
      const current = session();
      if (!current) return undefined;
      try {
        return await client.call('program', { session: current.id }, signal);
      } catch (error) {
        if (!signal.aborted) set({ refusal: toProblem(error) });
        return undefined;
      }
    },
    within: (other) => createActions(other, engine),
  };
  return actions;
}

/**
 * A recording passes for a run that goes on until its end has been told: nothing of it is to be paused, and the next
 * run waits for that, while it is looked at.
 */
const endTold = (store: Store, session: number): Promise<void> =>
  new Promise((resolve) => {
    const look = (state: AppState): void => {
      const shown = shownSession(state);
      if (shown?.id === session && isActive(shown.state) && state.connection.status !== 'lost') return;
      unhear();
      resolve();
    };
    const unhear = store.subscribe(look);
    look(store.getState());
  });

function withRecording(sessions: AppState['sessions'], id: number, recording: string): AppState['sessions'] {
  const session = sessions.get(id);
  return session ? new Map(sessions).set(id, { ...session, recording }) : sessions;
}
