import type { SessionEvent } from '../../protocol/events.ts';
import { type Client, connect } from '../../protocol/rpc.ts';
import type { Wire } from '../../protocol/wire.ts';
import type { RafScheduler } from '../raf-scheduler.ts';
import { followInstant } from './pages/follow-instant.ts';
import { Pages } from './pages/pages.ts';
import { Inbox } from './session/inbox.ts';
import { applyEvents, newSession, type Session } from './session/session.ts';
import type { AppState, Store } from './store.ts';

/** The store's link to the engine: calls go out here, events and frames come in. */
export interface Engine {
  readonly client: Client;
  readonly pages: Pages;
  /** Applies the events that have arrived but wait for their batch. */
  flush(): void;
  /** Resolves when the next frame has been drawn. */
  drawn(): Promise<void>;
  /** Drops a session and whatever of it still arrives. */
  forget(session: number): void;
}

export function createEngine(
  wire: Wire,
  store: Store,
  scheduler: Pick<RafScheduler, 'before' | 'request' | 'afterwards' | 'forget'>,
): Engine {
  const closed = new Set<number>();
  const inbox = new Inbox(scheduler, (events) => {
    store.setState((state) => ({ sessions: receive(state, closed, events) }));
    // What became of the pages is drawn with what was told of it.
    pages.catchUp();
  });
  const broken = (reason: string): void => {
    // A fault of the connection's other end: for its developers, not for the person at the window.
    console.warn(`Pagescope: ${reason}`);
  };
  const receiveEvent = (event: SessionEvent): void => {
    if (event.kind === 'film') pages.show(event);
    else if (event.kind === 'locks') pages.showLocks(event.session, event.region, event.ranges);
    else inbox.add(event);
  };
  const client = connect(wire, { event: receiveEvent, frame: (bytes) => pages.receive(bytes) }, broken);
  const pages: Pages = new Pages({
    scheduler,
    acknowledge: (acknowledgement) => client.acknowledge(acknowledgement),
    onBroken: (reason) =>
      store.setState({
        refusal: {
          kind: 'internal',
          text: {
            en: `The page states could not be brought up to date: ${reason} Run again.`,
            zh: `无法更新页状态：${reason} 请重新运行。`,
          },
        },
      }),
  });
  followInstant(store, client, pages);
  wire.onClose((reason) => {
    inbox.flush();
    store.setState({ connection: { status: 'lost', refused: false, reason } });
  });
  return {
    client,
    pages,
    flush: () => inbox.flush(),
    drawn: () => new Promise((resolve) => scheduler.afterwards(resolve)),
    forget(session) {
      closed.add(session);
      pages.close(session);
      store.setState((state) => {
        const sessions = new Map(state.sessions);
        sessions.delete(session);
        return { sessions };
      });
    },
  };
}

/**
 * Sorts a batch of events to their sessions. A session begins with its first event: it may come before `start` has
 * answered.
 */
function receive(
  state: AppState,
  closed: ReadonlySet<number>,
  events: readonly SessionEvent[],
): ReadonlyMap<number, Session> {
  const sessions = new Map(state.sessions);
  for (const [id, own] of Map.groupBy(events, (event) => event.session)) {
    if (!closed.has(id)) sessions.set(id, applyEvents(sessions.get(id) ?? newSession(id), own));
  }
  return sessions;
}
