import type { Step } from '../../protocol/events.ts';
import type { PageSet } from './pages/page-set.ts';
import type { Pages } from './pages/pages.ts';
import type { Instant } from './session/instant.ts';
import { aroundStep, instantOf, type Look } from './session/shown-step.ts';
import { atPresent, type Highlight, highlightOf, type Store, shownSession } from './store.ts';

/** What moves the one instant that everything of a session shows, and picks out pages of it. */
export interface PlayheadActions {
  highlight(highlight: Highlight | undefined): void;
  /** Puts the playhead on a step: everything shows what it left. Undefined leads back to what is now. */
  goTo(step: Step | undefined): void;
  /** Shows pages and steps as of a time; undefined leads back to now. */
  pointAt(instant: Instant | undefined): void;
  /** Shows the pages as a step found or left them; undefined leads back to now. */
  lookAt(look: Look | undefined): void;
  /** Marks what differs from the pages that a step left, whatever else is shown then; undefined ends that. */
  compareWith(step: Step | undefined): void;
  /** Selects pages of a region of the session that is shown. */
  selectPages(region: number, pages: PageSet): void;
}

/** @param chosen told of a step that the playhead was put on */
export function createPlayheadActions(
  store: Store,
  pages: Pages,
  chosen: (step: Step) => void = () => {},
): PlayheadActions {
  const set = store.setState;
  const afterStep = (session: NonNullable<ReturnType<typeof shownSession>>, step: Step): Instant =>
    instantOf(
      'after',
      step,
      aroundStep(session, step, (region) => pages.region(session.id, region)),
    );
  const actions: PlayheadActions = {
    highlight: (highlight) => set({ highlight }),
    goTo(step) {
      const current = shownSession(store.getState());
      if (!step || !current) set({ highlight: undefined, ...atPresent });
      else {
        actions.lookAt({ step: step.index, side: 'after', instant: afterStep(current, step) });
        const compared = store.getState().against?.of === current.id;
        set({ highlight: compared ? withoutPages(step) : highlightOf(step) });
        if (!compared) chosen(step);
      }
    },
    // Off the timeline, what was looked at before is shown again.
    pointAt: (instant) => set({ instant: instant ?? store.getState().look?.instant }),
    lookAt: (look) => set({ look, instant: look?.instant }),
    compareWith(step) {
      const current = shownSession(store.getState());
      if (!step || !current) set({ against: undefined });
      else {
        const { toNs } = afterStep(current, step);
        set({
          highlight: withoutPages(step),
          against: { of: current.id, session: current.id, step: step.index, tNs: toNs },
        });
      }
    },
    selectPages(region, pages) {
      const { selection } = store.getState();
      const of = shownSession(store.getState())?.id;
      if (of === undefined) return;
      const before = selection?.of === of ? selection.pages : [];
      set({ selection: { of, pages: new Map(before).set(region, pages) } });
    },
  };
  return actions;
}

/** Where what differs is marked, the pages that a step was about are not: the two would look alike. */
const withoutPages = (step: Step): Highlight => ({ ...highlightOf(step), pages: undefined });
