import { type AppState, createAppStore, type Store } from './store.ts';

/** What is the same in both, whichever of them changes it. */
const shared = ['instant', 'look', 'highlight', 'against', 'selection', 'refusal'] as const;

/** A window's state in which the opened recording is the workbench: one that takes no actions any more. */
export function recordedBench(main: Store): { readonly store: Store } & Disposable {
  const store = createAppStore(main.getState().settings);
  const take = (state: AppState): void =>
    store.setState(({ bench }) => ({
      ...state,
      place: { kind: 'workbench' },
      current: { ...state.current, workbench: state.current.recordings },
      bench,
    }));
  take(main.getState());
  const ends = [
    main.subscribe(take),
    store.subscribe((state, before) => {
      const now = main.getState();
      const changed = shared.filter((key) => state[key] !== before[key] && state[key] !== now[key]);
      if (changed.length > 0) main.setState(Object.fromEntries(changed.map((key) => [key, state[key]])));
    }),
  ];
  return {
    store,
    [Symbol.dispose]() {
      for (const end of ends) end();
    },
  };
}
