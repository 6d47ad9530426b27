import type { Client } from '../../protocol/rpc.ts';
import { isLive } from './session/session.ts';
import { type AppState, currentSession, type Store } from './store.ts';

type Seen = Pick<Document, 'visibilityState' | 'addEventListener'>;

/**
 * Tells the engine whether anything of the attached process is looked at: while another place is shown, or nothing of
 * the window, and it isn't recorded, its pages need not be read.
 */
export function restUnshown(document: Seen, store: Store, client: Client): void {
  let told: { readonly session: number; readonly shown: boolean } | undefined;
  const tell = (): void => {
    const state = store.getState();
    const session = currentSession(state, 'process');
    if (!session || !isLive(session)) return;
    const shown = isWanted(state, document) || (session.recording !== undefined && !session.unrecorded);
    // A new session is shown, until it is told otherwise.
    if (shown === (told?.session === session.id ? told.shown : true)) return;
    told = { session: session.id, shown };
    // A session that ended meanwhile looks at nothing.
    client.call('shown', told).catch(() => {});
  };
  store.subscribe((state, before) => {
    if (state.place !== before.place || state.current !== before.current || state.sessions !== before.sessions) tell();
  });
  document.addEventListener('visibilitychange', tell);
}

const isWanted = ({ place }: AppState, { visibilityState }: Seen): boolean =>
  place.kind === 'process' && visibilityState === 'visible';
