import type { Client } from '../../../protocol/rpc.ts';
import { isActive, type Session } from '../session/session.ts';
import { aroundStep } from '../session/shown-step.ts';
import { type AppState, type Store, shownSession } from '../store.ts';
import { firstIndex } from './first-index.ts';
import type { StepSpan } from './other-pages.ts';
import { rimSteps } from './page-history.ts';
import type { Pages, Wanted } from './pages.ts';

/** What is now, or what a recording ends with. */
const endNs = Number.MAX_SAFE_INTEGER;

/**
 * Has the pages come of the instant that is shown, where a recording is so long that they come when they are asked for;
 * then those that it is compared with, and those around the last steps. While some are on their way, of those that are
 * pointed at meanwhile only the last are asked for.
 *
 * @returns ends it
 */
export function followInstant(store: Store, client: Client, pages: Pages): () => void {
  const shown = new Map<number, number>();
  let others = '';
  let asking = false;
  const follow = async (): Promise<void> => {
    const now = wantedNow(store.getState(), pages);
    if (now) pages.want(now.session, now.wanted);
    if (asking) return;
    asking = true;
    try {
      for (;;) {
        const next = wantedNow(store.getState(), pages);
        if (!next) return;
        const { session, tNs, wanted } = next;
        const at = [...wanted.instants];
        if ((shown.get(session) ?? endNs) !== tNs) {
          shown.set(session, tNs);
          await client.call('pagesAt', { session, tNs });
          continue;
        }
        const name = [session, tNs, ...at].join();
        if (name === others || at.length === 0) return;
        others = name;
        const told = await client.call('otherPages', { session, tNs, at });
        if (name === others) pages.showOthers(session, told);
      }
    } catch {
      // The session or the connection has ended, which others tell.
    } finally {
      asking = false;
    }
  };
  return store.subscribe((state, before) => {
    const same =
      state.instant === before.instant &&
      state.current === before.current &&
      state.place === before.place &&
      state.against === before.against &&
      shownSession(state)?.state === shownSession(before)?.state;
    if (!same) void follow();
  });
}

/** What is shown of a session whose pages come when they are asked for, and what has to come beside it. */
function wantedNow(state: AppState, pages: Pages): { session: number; tNs: number; wanted: Wanted } | undefined {
  const session = shownSession(state);
  if (!session || !pages.comesWhenAsked(session.id)) return undefined;
  const { instant, look, against } = state;
  const tNs = instant?.toNs ?? endNs;
  // Its last steps are known when all of it has been told.
  const last = isActive(session.state) ? [] : lastSteps(session, tNs);
  const step = look && instant === look.instant ? session.steps.numbered(look.step) : undefined;
  const around = step && aroundStep(session, step, (region) => pages.region(session.id, region));
  const instants = [
    ...last.map(({ beforeNs }) => beforeNs),
    ...(around ? [around.beforeNs, around.afterNs] : []),
    ...(against?.of === session.id && against.session === session.id ? [against.tNs ?? endNs] : []),
  ];
  return { session: session.id, tNs, wanted: { instants: [...new Set(instants)].filter((at) => at !== tNs), last } };
}

/** The steps up to an instant whose changes have a rim, the newest last: that one until what is shown. */
function lastSteps({ steps }: Session, tNs: number): readonly StepSpan[] {
  const end = firstIndex(steps.length, (place) => (steps.at(place)?.startedNs ?? 0) >= tNs);
  const last = steps.slice(Math.max(0, end - rimSteps), end);
  return last.map(({ index, startedNs }, place) => ({
    step: index,
    beforeNs: startedNs,
    afterNs: last[place + 1]?.startedNs,
  }));
}
