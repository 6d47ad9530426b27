import type { Step } from '../../protocol/events.ts';
import { toProblem } from '../../protocol/problem.ts';
import type { Response } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import type { Action, Inverse, SavedWorkbench } from '../../protocol/workbench.ts';
import type { Engine } from './engine.ts';
import { noPages, type PageSet, pageSetOf } from './pages/page-set.ts';
import type { Sessions } from './sessions.ts';
import { type BenchAction, highlightOf, type Store, shownSession, workbenchSession } from './store.ts';
import type { WorkbenchActions } from './workbench-actions.ts';
import { isOpen } from './workbench-selectors.ts';

/** What a person can do with an entry of the log, and with the log as a whole. */
export interface LogActions {
  /** Does again what was done at a step; undefined when that is under way, else why it cannot be. */
  repeat(step: number): Promise<Text | undefined>;
  /** Picks out the pages that a step was about: exactly, when it was about several runs of them. */
  highlight(step: Step): Promise<void>;
  /** What was done to pages at a step; undefined when that can no longer be asked, or it was something else. */
  actOf(step: number): Promise<BenchAction | undefined>;
  /** The pages that an action of the workbench was about, run by run; undefined when that can no longer be asked. */
  pagesOf(step: number): Promise<PageSet | undefined>;
  /** Selects the pages that a step was about, in its region. False when there are none. */
  selectPages(step: number): Promise<boolean>;
  /** What would take a step back. */
  inverse(step: number, signal: AbortSignal): Promise<Inverse | undefined>;
  /** Takes a step back, by the actions of its inverse. */
  undo(region: number, inverse: Inverse): void;
  /**
   * Takes the last action back, then the one before it, until something else is done. What that came to, or why nothing
   * takes it back; undefined where nothing was done.
   */
  undoLast(): Promise<Undone | undefined>;
  /** The lines of one step as C. */
  linesOf(step: number): Promise<string | undefined>;
  /** All steps as a C program. */
  program(): Promise<string | undefined>;
  /** The workbench that is shown, also a recorded one, so that it can be opened again. */
  save(): Promise<Response<'save'> | undefined>;
  /**
   * Does the actions of a saved workbench again, in a new one. False when the engine refused: what was open then stays.
   */
  reopen(saved: SavedWorkbench): Promise<boolean>;
}

/** What taking the last action back came to. */
export interface Undone {
  readonly step: Step;
  readonly done: boolean;
  /** What was done for it, and what that cannot bring back; or why nothing was. */
  readonly note: Text;
}

export function createLogActions(
  store: Store,
  { client }: Engine,
  { attempt }: Sessions,
  workbench: WorkbenchActions,
): LogActions {
  const session = () => workbenchSession(store.getState());

  async function actionOf(step: number): Promise<Response<'action'>['action']> {
    const id = session()?.id;
    if (id === undefined) return undefined;
    return (await attempt(() => client.call('action', { session: id, step })))?.action;
  }

  /** Asked for in the background: its refusal isn’t shown, and a shown one stays. */
  async function actOf(step: number): Promise<BenchAction | undefined> {
    const id = session()?.id;
    if (id === undefined) return undefined;
    try {
      const { action } = await client.call('action', { session: id, step });
      if (action?.kind !== 'act') return undefined;
      const { tool, region, pages } = action;
      return { tool, region, pages: pageSetOf(pages) };
    } catch {
      return undefined;
    }
  }

  const pagesOf = async (step: number): Promise<PageSet | undefined> => (await actOf(step))?.pages;

  const isMapped = (region: number): boolean => {
    const current = session();
    return current?.regions.some(({ id }) => id === region) === true && !current.released.has(region);
  };

  async function doAgain(action: Action): Promise<Text | undefined> {
    switch (action.kind) {
      case 'add': {
        const added = await workbench.addRegion(action.region);
        return 'problem' in added ? added.problem : undefined;
      }
      case 'remove':
        return isMapped(action.region) ? void (await workbench.removeRegion(action.region)) : gone;
      case 'process':
        return workbench.actOn({ tool: action.tool, region: undefined, pages: noPages }) ? undefined : gone;
      case 'act': {
        const { tool, region } = action;
        if (!isMapped(region)) return gone;
        return workbench.actOn({ tool, region, pages: pageSetOf(action.pages) }) ? undefined : gone;
      }
    }
  }

  /** What was taken back last: the steps up to `until` are its own. */
  let last: { readonly session: number; readonly step: number; readonly until: number } | undefined;

  /** The newest step that did something, and was not taken back. */
  function lastDone(): Step | undefined {
    const current = session();
    if (!current) return undefined;
    const { steps } = current;
    const count = steps.forgotten + steps.length;
    let number = last?.session === current.id && count <= last.until ? last.step - 1 : count - 1;
    while (wasRefused(steps.numbered(number))) number--;
    return steps.numbered(number);
  }

  const actions: LogActions = {
    async repeat(step) {
      if (!isOpen(store.getState())) return ended;
      const action = await actionOf(step);
      return action ? doAgain(action) : noAction;
    },
    async highlight(step) {
      const several = step.calls !== undefined && step.calls.made > 1;
      const highlight = highlightOf(step);
      store.setState({ highlight: several ? { ...highlight, pages: undefined } : highlight });
      if (!several) return;
      const pages = (await pagesOf(step.index)) ?? highlight.pages;
      if (store.getState().highlight?.step === step.index) store.setState({ highlight: { ...highlight, pages } });
    },
    actOf,
    pagesOf,
    async selectPages(step) {
      const action = await actionOf(step);
      if (action?.kind !== 'act' || !isMapped(action.region)) return false;
      workbench.select(action.region, pageSetOf(action.pages));
      return true;
    },
    async inverse(step, signal) {
      const id = session()?.id;
      if (id === undefined) return undefined;
      try {
        return await client.call('inverse', { session: id, step }, signal);
      } catch (error) {
        // What cannot be asked, such as of a region that is gone, has a sentence too.
        return signal.aborted ? undefined : { actions: [], note: toProblem(error).text };
      }
    },
    undo(region, { actions }) {
      for (const { tool, pages } of actions) workbench.actOn({ tool, region, pages: pageSetOf(pages) });
    },
    async undoLast() {
      const current = session();
      const step = isOpen(store.getState()) ? lastDone() : undefined;
      if (!step || !current) return undefined;
      const inverse = await actions.inverse(step.index, new AbortController().signal);
      if (!inverse) return undefined;
      const { region } = step;
      const done = inverse.actions.length > 0 && region !== undefined;
      if (done) {
        const { steps } = current;
        const until = steps.forgotten + steps.length + inverse.actions.length;
        last = { session: current.id, step: step.index, until };
        actions.undo(region, inverse);
      }
      return { step, done, note: inverse.note };
    },
    async linesOf(step) {
      const id = session()?.id;
      return id === undefined ? undefined : attempt(() => client.call('program', { session: id, step }));
    },
    async program() {
      const id = shownSession(store.getState())?.id;
      return id === undefined ? undefined : attempt(() => client.call('program', { session: id }));
    },
    async save() {
      const id = shownSession(store.getState())?.id;
      return id === undefined ? undefined : attempt(() => client.call('save', { session: id }));
    },
    async reopen({ actions: done }) {
      const { settings } = store.getState();
      return workbench.reopen({ placement: settings.workbenchPlacement, actions: done });
    },
  };
  return actions;
}

const wasRefused = (step: Step | undefined): boolean =>
  step !== undefined && step.errno !== null && (step.calls === undefined || step.calls.refused === step.calls.made);

const gone: Text = {
  en: 'Its region is no longer mapped, so it cannot be done again: map one like it first.',
  zh: '其区域已不再映射，无法重做：请先映射一个相同的区域。',
};
const ended: Text = {
  en: 'This workbench has ended, so nothing can be done in it: open a new one.',
  zh: '此工作台已结束，无法再操作：请打开新的工作台。',
};
const noAction: Text = {
  en: 'This step belongs to the one before it and is not done by itself: repeat that one.',
  zh: '此步从属于前一步，不能单独重做：请重做前一步。',
};
