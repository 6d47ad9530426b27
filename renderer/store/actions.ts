import { toProblem } from '../../protocol/problem.ts';
import type { Report } from '../../protocol/report.ts';
import type { Request } from '../../protocol/service.ts';
import type { Engine } from './engine.ts';
import { parameterValues } from './parameters.ts';
import type { Instant } from './session/instant.ts';
import { isActive } from './session/session.ts';
import type { Look } from './session/shown-step.ts';
import { createSessions } from './sessions.ts';
import type { Settings } from './settings.ts';
import {
  type AppState,
  atPresent,
  type Highlight,
  type Store,
  sessionPlace,
  shownExperiment,
  shownSession,
} from './store.ts';
import { createWorkbenchActions, type WorkbenchActions } from './workbench-actions.ts';
import { createLogActions, type LogActions } from './workbench-log-actions.ts';

/** What a person can do. Each action ends in the store: done, or refused with the engine's sentence. */
export interface Actions {
  /** Asks the host who it is and what it offers. */
  load(): Promise<void>;
  select(experiment: string): void;
  /** Turns to the limits, and to one of their fixes. */
  openLimits(fix: string | undefined): void;
  readonly workbench: WorkbenchActions;
  readonly log: LogActions;
  /** Measures the limits anew. */
  measureLimits(): Promise<void>;
  setParameter(name: string, value: string | number): void;
  resetParameters(): void;
  changeSettings(change: Partial<Settings>): void;
  /** Runs the shown experiment anew; the session before it is closed. */
  run(options?: { paused?: boolean }): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** One step of a paused session; without one, starts it and stops before its first step. */
  step(): Promise<void>;
  stop(): Promise<void>;
  /** Run, pause or resume, whichever is next: what the space bar does. */
  toggle(): Promise<void>;
  highlight(highlight: Highlight | undefined): void;
  /** Shows pages and steps as of a time; undefined leads back to now. */
  pointAt(instant: Instant | undefined): void;
  /** Shows the pages as a step found or left them; undefined leads back to now. */
  lookAt(look: Look | undefined): void;
  dismissRefusal(): void;
  report(): Promise<Report | undefined>;
  program(signal: AbortSignal): Promise<string | undefined>;
}

export function createActions(store: Store, engine: Engine): Actions {
  const { client } = engine;
  const sessions = createSessions(store, engine);
  const { attempt } = sessions;
  const set = (part: Partial<AppState>): void => store.setState(part);

  /** The session that run controls act on. */
  const session = () => shownSession(store.getState());

  async function control(action: Request<'control'>['action']): Promise<void> {
    const current = session();
    if (current) await attempt(() => client.call('control', { session: current.id, action }));
  }

  async function run({ paused = false }: { paused?: boolean } = {}): Promise<void> {
    const { starting, settings, drafts } = store.getState();
    const experiment = shownExperiment(store.getState());
    if (starting || !experiment?.available) return;
    const parameters = parameterValues(experiment.parameters, drafts[experiment.id]);
    if (!parameters) return;
    set({ starting: true });
    await attempt(async () => {
      await sessions.end(store.getState().current.experiment);
      const { paceMs, placement } = settings;
      const answer = await client.call('start', {
        experiment: experiment.id,
        parameters,
        paceMs,
        paused,
        ...(placement !== 'automatic' && { placement }),
      });
      sessions.show('experiment', experiment.id, answer);
    });
    set({ starting: false });
  }

  const workbench = createWorkbenchActions(store, engine, sessions);

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
    openLimits(fix) {
      const from = sessionPlace(store.getState());
      set({ place: { kind: 'limits', fix, from }, refusal: undefined, ...atPresent });
    },
    async measureLimits() {
      if (store.getState().measuringLimits) return;
      set({ measuringLimits: true });
      const report = await attempt(() => client.call('limits', {}));
      set({ measuringLimits: false, ...(report && { limits: { report, measuredAt: new Date() } }) });
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
    log: createLogActions(store, engine, sessions, workbench),
    run,
    pause: () => control('pause'),
    resume: () => control('resume'),
    async step() {
      const current = session();
      if (!current || !isActive(current.state)) await run({ paused: true });
      else if (current.state === 'paused') await control('step');
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
    highlight: (highlight) => set({ highlight }),
    // Off the timeline, what was looked at before is shown again.
    pointAt: (instant) => set({ instant: instant ?? store.getState().look?.instant }),
    lookAt: (look) => set({ look, instant: look?.instant }),
    dismissRefusal: () => set({ refusal: undefined }),
    async report() {
      const current = session();
      if (!current) return undefined;
      const { language } = store.getState().settings;
      return attempt(() => client.call('report', { session: current.id, language }));
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
  };
  return actions;
}
