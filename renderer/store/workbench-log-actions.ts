import type { Step } from '../../protocol/events.ts';
import { toProblem } from '../../protocol/problem.ts';
import type { Response } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import type { Action, Inverse, SavedWorkbench } from '../../protocol/workbench.ts';
import type { Engine } from './engine.ts';
import { noPages, type PageSet, pageSetOf } from './pages/page-set.ts';
import type { Sessions } from './sessions.ts';
import { highlightOf, type Store, shownSession, workbenchSession } from './store.ts';
import type { WorkbenchActions } from './workbench-actions.ts';
import { isOpen } from './workbench-selectors.ts';

/** What a person can do with an entry of the log, and with the log as a whole. */
export interface LogActions {
  /** Does again what was done at a step; undefined when that is under way, else why it cannot be. */
  repeat(step: number): Promise<Text | undefined>;
  /** Picks out the pages that a step was about: exactly, when it was about several runs of them. */
  highlight(step: Step): Promise<void>;
  /** The pages that an action of the workbench was about, run by run; undefined when that can no longer be asked. */
  pagesOf(step: number): Promise<PageSet | undefined>;
  /** Selects the pages that a step was about, in its region. False when there are none. */
  selectPages(step: number): Promise<boolean>;
  /** What would take a step back. */
  inverse(step: number, signal: AbortSignal): Promise<Inverse | undefined>;
  /** Takes a step back, by the actions of its inverse. */
  undo(region: number, inverse: Inverse): void;
  /** The lines of one step as C. */
  linesOf(step: number): Promise<string | undefined>;
  /** All steps as a C program. */
  program(): Promise<string | undefined>;
  save(): Promise<Response<'save'> | undefined>;
  /**
   * Does the actions of a saved workbench again, in a new one. False when the engine refused: what was open then stays.
   */
  reopen(saved: SavedWorkbench): Promise<boolean>;
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
  async function pagesOf(step: number): Promise<PageSet | undefined> {
    const id = session()?.id;
    if (id === undefined) return undefined;
    try {
      const { action } = await client.call('action', { session: id, step });
      return action?.kind === 'act' ? pageSetOf(action.pages) : undefined;
    } catch {
      return undefined;
    }
  }

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

  return {
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
    async linesOf(step) {
      const id = session()?.id;
      return id === undefined ? undefined : attempt(() => client.call('program', { session: id, step }));
    },
    async program() {
      const id = shownSession(store.getState())?.id;
      return id === undefined ? undefined : attempt(() => client.call('program', { session: id }));
    },
    async save() {
      const id = session()?.id;
      return id === undefined ? undefined : attempt(() => client.call('save', { session: id }));
    },
    async reopen({ actions }) {
      const { settings } = store.getState();
      return workbench.reopen({ placement: settings.workbenchPlacement, actions });
    },
  };
}

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
