import type { Client } from '../../protocol/rpc.ts';
import type { Reopened } from '../../protocol/service.ts';
import { followInstant } from './pages/follow-instant.ts';
import type { Pages } from './pages/pages.ts';
import { createPlayheadActions, type PlayheadActions } from './playhead-actions.ts';
import { counterpart } from './session/counterpart.ts';
import { aroundStep, instantOf } from './session/shown-step.ts';
import { type AppState, createAppStore, currentSession, type Store, shownStep } from './store.ts';

/** One of two sessions that are compared: a window's state of its own, in which it is the session that is shown. */
export interface Side {
  readonly name: string;
  readonly reopened: Reopened;
  readonly store: Store;
  readonly playhead: PlayheadActions;
}

export interface ComparedSides extends Disposable {
  readonly sides: readonly [Side, Side];
  /** While linked, each playhead follows the other: to the step of the same operation. */
  link(linked: boolean): void;
}

/**
 * Two opened recordings beside each other. What all of the window has in common they take from its state; the instant
 * that each shows is its own.
 */
export function comparedSides(
  main: Store,
  client: Client,
  pages: Pages,
  names: readonly [string, string],
  reopened: readonly [Reopened, Reopened],
): ComparedSides {
  const shared = ({ connection, host, catalogue, settings, sessions }: AppState) => {
    return { connection, host, catalogue, settings, sessions };
  };
  const sideOf = (name: string, opened: Reopened, other: Reopened): Side => {
    const { session } = opened;
    const store = createAppStore(main.getState().settings);
    store.setState({
      ...shared(main.getState()),
      place: { kind: 'recordings', name },
      current: { experiment: undefined, workbench: undefined, process: undefined, recordings: session },
      reopened: { ...opened, name },
      against: { of: session, session: other.session, step: undefined, tNs: undefined },
    });
    return { name, reopened: opened, store, playhead: createPlayheadActions(store, pages) };
  };
  const sides = [sideOf(names[0], reopened[0], reopened[1]), sideOf(names[1], reopened[1], reopened[0])] as const;
  let linked = true;
  let following = false;

  /** Moves the other's playhead to where this one's is; `holds`: to stay there. */
  const follow = (from: Side, to: Side, holds: boolean): void => {
    if (!linked || following) return;
    const [own, other] = [from, to].map(({ store }) => currentSession(store.getState(), 'recordings'));
    const step = shownStep(from.store.getState());
    const target = own && other && step && counterpart(own, other, step);
    following = true;
    if (holds) to.playhead.goTo(target);
    else if (!other || !target) to.playhead.pointAt(undefined);
    else {
      const around = aroundStep(other, target, (region) => pages.region(other.id, region));
      to.playhead.pointAt(instantOf('after', target, around));
    }
    following = false;
  };
  const watch = (from: Side, to: Side) =>
    from.store.subscribe(({ look, instant }, before) => {
      if (look === before.look && instant === before.instant) return;
      // What one shows is what the other is compared with.
      to.store.setState(({ against }) => ({
        against: against && { ...against, step: look?.step, tNs: instant?.toNs },
      }));
      follow(from, to, look !== before.look);
    });
  const [a, b] = sides;
  const ends = [
    watch(a, b),
    watch(b, a),
    ...sides.map(({ store }) => followInstant(store, client, pages)),
    main.subscribe((state) => {
      for (const { store } of sides) store.setState(shared(state));
    }),
  ];
  return {
    sides,
    link(wanted) {
      linked = wanted;
      follow(a, b, true);
    },
    [Symbol.dispose]() {
      for (const end of ends) end();
    },
  };
}
