import type { Actions } from '../store/actions.ts';
import { type Store, shownExperiment } from '../store/store.ts';

/** `#/first-touch`: the experiment that is shown. A hash, because the desktop app's pages come from files. */
export const addressOf = (experiment: string): string => `#/${encodeURIComponent(experiment)}`;

export function experimentIn(hash: string): string | undefined {
  const name = hash.replace(/^#\/?/, '');
  if (name === '') return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Keeps the store's choice and the address the same, whichever changes, so that back, forward and bookmarks work. */
export function followAddress(window: Window, store: Store, actions: Actions): void {
  const read = (): void => {
    const experiment = experimentIn(window.location.hash);
    if (experiment !== undefined) actions.select(experiment);
  };
  read();
  window.addEventListener('hashchange', read);
  store.subscribe((state, before) => {
    const shown = shownExperiment(state);
    if (!shown || shown === shownExperiment(before) || experimentIn(window.location.hash) === shown.id) return;
    window.history.replaceState(null, '', addressOf(shown.id));
  });
}
