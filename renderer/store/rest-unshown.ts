import type { Client } from '../../protocol/rpc.ts';
import { isActive, type Session } from './session/session.ts';
import { currentSession, type Store } from './store.ts';

type Seen = Pick<Document, 'visibilityState' | 'addEventListener'>;

const places = ['experiment', 'workbench', 'process'] as const;

/**
 * Tells the engine which sessions are looked at: while another place is shown, or nothing of the window, pages need not
 * be read between steps.
 */
export function restUnshown(document: Seen, store: Store, client: Client): void {
  const told = new Map<(typeof places)[number], { readonly session: number; readonly shown: boolean }>();
  const tell = (): void => {
    const state = store.getState();
    for (const place of places) {
      const session = currentSession(state, place);
      if (!session) continue;
      const seen = state.place.kind === place && document.visibilityState === 'visible';
      const shown = seen || isAwaited(session, place);
      const before = told.get(place);
      // A new session is shown, until it is told otherwise.
      if (shown === (before?.session === session.id ? before.shown : true)) continue;
      told.set(place, { session: session.id, shown });
      // A session that ended meanwhile looks at nothing.
      client.call('shown', { session: session.id, shown }).catch(() => {});
    }
  };
  store.subscribe((state, before) => {
    if (state.place !== before.place || state.current !== before.current || state.sessions !== before.sessions) tell();
  });
  document.addEventListener('visibilitychange', tell);
}

/** Whether it goes on unseen: an experiment that runs, and another process that is recorded. */
const isAwaited = ({ state, recording, unrecorded }: Session, place: string): boolean =>
  isActive(state) || (place === 'process' && recording !== undefined && !unrecorded);
