import type { Step } from '../../protocol/events.ts';
import type { Placement } from '../../protocol/experiment.ts';
import { toProblem } from '../../protocol/problem.ts';
import type { Request } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import { maxActionRuns } from '../../protocol/workbench.ts';
import type { Engine } from './engine.ts';
import { noPages, type PageSet, runCount } from './pages/page-set.ts';
import type { Sessions } from './sessions.ts';
import {
  atPresent,
  type Bench,
  type BenchAction,
  type BenchTool,
  newBench,
  type Store,
  workbenchSession,
} from './store.ts';
import type { RegionDraft } from './workbench/region-draft.ts';
import { benchRegion, isOpen, isProcessTool } from './workbench-selectors.ts';

/** What came of a request for a region: it is there, or why not. */
export type Added = { readonly region: number } | { readonly problem: Text } | { readonly step: Step | undefined };

/** What a person can do in the workbench. */
export interface WorkbenchActions {
  /** Turns to the workbench, and opens its session where it has none. */
  open(): void;
  /** Opens it anew, elsewhere or with other actions. When that is refused, what was open stays. */
  reopen(request: Omit<Request<'workbench'>, 'session'>): Promise<boolean>;
  /** Opens it in another process and does there again what was done. */
  move(placement: Placement): Promise<boolean>;
  addRegion(region: Request<'addRegion'>['region']): Promise<Added>;
  renameRegion(region: number, name: string): Promise<void>;
  removeRegion(region: number): Promise<void>;
  /** Changes the form for the next region. */
  draft(change: Partial<RegionDraft>): void;
  /** Makes a region the one that tools and keys act on. */
  turnTo(region: number): void;
  select(region: number, pages: PageSet): void;
  /** Points at a tool, whose action is then told. */
  point(tool: BenchTool | undefined): void;
  /**
   * Does something to the selected pages, or to the process; after what is under way. False when there is nothing to do
   * it to, or more than one action may be about, or the workbench has ended.
   */
  act(tool: BenchTool): boolean;
  /** The same on given pages: repeats a step, or undoes it. */
  actOn(act: BenchAction): boolean;
  /** Ends the action that is under way, and gives up those that wait. */
  interrupt(): void;
  /** The refusal of this step has been read. */
  dismiss(step: number): void;
}

const experimentId = 'workbench';

export function createWorkbenchActions(store: Store, engine: Engine, sessions: Sessions): WorkbenchActions {
  const { client } = engine;
  const { attempt } = sessions;
  const session = () => workbenchSession(store.getState());
  const setBench = (change: (bench: Bench) => Partial<Bench>): void =>
    store.setState(({ bench }) => ({ bench: { ...bench, ...change(bench) } }));

  async function reopen(request: Omit<Request<'workbench'>, 'session'>): Promise<boolean> {
    if (store.getState().bench.opening) return false;
    setBench(() => ({ opening: true }));
    const opened = await attempt(async () => {
      const before = store.getState().current.workbench;
      const answer = await client.call('workbench', request);
      sessions.show('workbench', experimentId, answer);
      setBench(({ opening, tool, draft }) => ({ ...newBench, opening, tool, draft }));
      await sessions.end(before);
      return true;
    });
    setBench(() => ({ opening: false }));
    return opened ?? false;
  }

  /** One at a time, in the order in which they were asked for. */
  async function perform(): Promise<void> {
    for (let act = store.getState().bench.actions[0]; act; act = store.getState().bench.actions[0]) {
      const { tool, region, pages } = act;
      const id = session()?.id;
      // What waited for a process that has died meanwhile is not asked of it.
      if (id !== undefined && isOpen(store.getState())) {
        await attempt(async () => {
          if (isProcessTool(tool)) await client.call('actOnProcess', { session: id, tool });
          else if (region !== undefined) await client.call('act', { session: id, region, tool, pages: pages.runs });
        });
      }
      const done = act;
      setBench(({ actions }) => ({ actions: actions.filter((other) => other !== done) }));
    }
  }

  function actOn(act: BenchAction): boolean {
    const { tool, pages } = act;
    if (!isOpen(store.getState()) || (!isProcessTool(tool) && (pages.count === 0 || runCount(pages) > maxActionRuns)))
      return false;
    const idle = store.getState().bench.actions.length === 0;
    setBench(({ actions }) => ({ actions: [...actions, act], tool }));
    // What is done now is not seen in the past.
    store.setState(atPresent);
    if (idle) void perform();
    return true;
  }

  return {
    point: (tool) => setBench(() => ({ pointed: tool })),
    open() {
      const { place, settings, current } = store.getState();
      if (place.kind !== 'workbench') {
        store.setState({ place: { kind: 'workbench' }, refusal: undefined, ...atPresent, highlight: undefined });
      }
      if (current.workbench === undefined) void reopen({ placement: settings.workbenchPlacement });
    },
    reopen,
    async move(placement) {
      store.setState(({ settings }) => ({ settings: { ...settings, workbenchPlacement: placement } }));
      const from = session();
      if (!from || from.regions.length === 0) return reopen({ placement });
      const saved = await attempt(() => client.call('save', { session: from.id }));
      return saved !== undefined && reopen({ placement, actions: saved.actions });
    },
    async addRegion(region) {
      const id = session()?.id;
      if (id === undefined) return { problem: notOpen };
      store.setState({ ...atPresent, refusal: undefined });
      try {
        const answer = await client.call('addRegion', { session: id, region });
        engine.flush();
        if (answer.region === undefined) return { step: session()?.steps.at(-1) };
        setBench(() => ({ region: answer.region }));
        return { region: answer.region };
      } catch (error) {
        return { problem: toProblem(error).text };
      }
    },
    async renameRegion(region, name) {
      const id = session()?.id;
      if (id !== undefined) await attempt(() => client.call('renameRegion', { session: id, region, name }));
    },
    async removeRegion(region) {
      const id = session()?.id;
      if (id === undefined) return;
      await attempt(() => client.call('removeRegion', { session: id, region }));
      setBench(({ selections }) => ({ selections: new Map([...selections].filter(([of]) => of !== region)) }));
    },
    draft: (change) => setBench(({ draft }) => ({ draft: { ...draft, ...change } })),
    turnTo(region) {
      if (store.getState().bench.region !== region) setBench(() => ({ region }));
    },
    select(region, pages) {
      const { bench } = store.getState();
      if (bench.selections.get(region) === pages && bench.region === region) return;
      setBench(({ selections }) => ({ region, selections: new Map(selections).set(region, pages) }));
    },
    act(tool) {
      const state = store.getState();
      const region = benchRegion(state)?.id;
      if (isProcessTool(tool)) return actOn({ tool, region: undefined, pages: noPages });
      setBench(() => ({ tool }));
      if (region === undefined) return false;
      return actOn({ tool, region, pages: state.bench.selections.get(region) ?? noPages });
    },
    actOn,
    interrupt() {
      const id = session()?.id;
      if (id === undefined) return;
      setBench(({ actions }) => ({ actions: actions.slice(0, 1) }));
      void attempt(() => client.call('interrupt', { session: id }));
    },
    dismiss: (step) => setBench(() => ({ dismissed: step })),
  };
}

const notOpen: Text = {
  en: 'The workbench is not open: open a new one, then add the region.',
  zh: '工作台没有打开：请重新打开后再添加区域。',
};
