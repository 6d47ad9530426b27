import type { RegionInfo, Step } from '../../protocol/events.ts';
import { noPages, type PageSet } from './pages/page-set.ts';
import type { Session } from './session/session.ts';
import { type AppState, type BenchTool, workbenchSession } from './store.ts';

/** What is read of the workbench's state. */

export const isProcessTool = (tool: BenchTool): tool is Extract<BenchTool, { kind: 'mlockall' | 'munlockall' }> =>
  tool.kind === 'mlockall' || tool.kind === 'munlockall';

/** Whether actions are taken: not yet while it is filled with actions, no longer when its process has ended. */
export const isOpen = (state: AppState): boolean => workbenchSession(state)?.state === 'open';

/** Whether what is shown as the workbench is a recording of one, which takes no actions. */
export const isRecorded = (state: AppState): boolean =>
  state.reopened !== undefined && state.reopened.session === workbenchSession(state)?.id;

/** The regions that are still mapped. */
export const mappedRegions = ({ regions, released }: Session): readonly RegionInfo[] =>
  regions.filter(({ id }) => !released.has(id));

export const hasRegions = (state: AppState): boolean => {
  const session = workbenchSession(state);
  return session?.regions.some(({ id }) => !session.released.has(id)) ?? false;
};

/** The region that tools and keys act on: the one that was turned to, else the newest. */
export function benchRegion(state: AppState): RegionInfo | undefined {
  const session = workbenchSession(state);
  const regions = session ? mappedRegions(session) : [];
  return regions.find(({ id }) => id === state.bench.region) ?? regions.at(-1);
}

export const selectionOf = ({ bench }: AppState, region: number | undefined): PageSet =>
  (region === undefined ? undefined : bench.selections.get(region)) ?? noPages;

/** The newest step, when the kernel refused it and its user has not put the refusal away. */
export function newestRefusal(state: AppState): Step | undefined {
  const newest = workbenchSession(state)?.steps.at(-1);
  return newest && newest.errno !== null && newest.index > state.bench.dismissed ? newest : undefined;
}
