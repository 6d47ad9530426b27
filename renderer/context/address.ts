import type { Actions } from '../store/actions.ts';
import { type Store, shownExperiment } from '../store/store.ts';

/** `#/first-touch`: the experiment that is shown. A hash, because the desktop app's pages come from files. */
export const addressOf = (experiment: string): string => `#/${encodeURIComponent(experiment)}`;

/** `#limits`, or `#limits/docker`: the limits, and one of their fixes. */
export const addressOfLimits = (fix?: string): string =>
  fix === undefined ? '#limits' : `#limits/${encodeURIComponent(fix)}`;

/** The workbench, of which there is one. */
export const addressOfWorkbench = '#workbench';

export type Address =
  | { readonly kind: 'experiment'; readonly id: string }
  | { readonly kind: 'workbench' }
  | { readonly kind: 'limits'; readonly fix: string | undefined };

/** What a hash means; undefined when it is empty. */
export function addressIn(hash: string): Address | undefined {
  const limits = /^#limits(?:\/(.*))?$/.exec(hash);
  if (limits) return { kind: 'limits', fix: limits[1] ? decoded(limits[1]) : undefined };
  if (hash === addressOfWorkbench) return { kind: 'workbench' };
  const id = decoded(hash.replace(/^#\/?/, ''));
  return id === '' ? undefined : { kind: 'experiment', id };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Away from an experiment that there is not, once the address that named it is gone. */
function selectFirst(store: Store, actions: Actions): void {
  const state = store.getState();
  const first = state.catalogue?.[0];
  if (first && state.place.kind === 'experiment' && !shownExperiment(state)) actions.select(first.id);
}

/** The address decides what is shown, so that back, forward and bookmarks work; an empty one is filled in. */
export function followAddress(window: Window, store: Store, actions: Actions): void {
  const read = (): void => {
    const address = addressIn(window.location.hash);
    if (address?.kind === 'limits') actions.openLimits(address.fix);
    else if (address?.kind === 'workbench') actions.workbench.open();
    else if (address) actions.select(address.id);
    else selectFirst(store, actions);
  };
  read();
  window.addEventListener('hashchange', read);
  store.subscribe((state, before) => {
    const shown = shownExperiment(state);
    if (!shown || state.place.kind !== 'experiment' || shown === shownExperiment(before)) return;
    // An address that says something is the one that is right: its change may be on its way here.
    if (addressIn(window.location.hash)) return;
    window.history.replaceState(null, '', addressOf(shown.id));
  });
}
