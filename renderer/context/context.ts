import { createContext, useContext, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { Words } from '../i18n/i18n.ts';
import type { RafScheduler } from '../raf-scheduler.ts';
import type { Actions } from '../store/actions.ts';
import type { Past } from '../store/pages/page-history.ts';
import type { Pages, RegionPages } from '../store/pages/pages.ts';
import { type AppState, type Store, shownEnvironment } from '../store/store.ts';

/** What every component may reach: the store to read, actions to write, pages and animation frames for the canvas. */
export interface AppContext {
  readonly store: Store;
  readonly actions: Actions;
  readonly pages: Pages;
  readonly scheduler: RafScheduler;
}

export const Context = createContext<AppContext | undefined>(undefined);

export function useAppContext(): AppContext {
  const context = useContext(Context);
  if (!context) throw new Error('This component stands outside the connected app.');
  return context;
}

export const useApp = <T>(selector: (state: AppState) => T): T => useStore(useAppContext().store, selector);
/** Reads the state when something happens, rather than when it changes. */
export const useStoreState = (): (() => AppState) => useAppContext().store.getState;
/** Hears of every change of the state, outside of drawing. */
export const useStateChanges = (): Store['subscribe'] => useAppContext().store.subscribe;
export const useActions = (): Actions => useAppContext().actions;
export const useScheduler = (): RafScheduler => useAppContext().scheduler;
export const usePages = (): Pages => useAppContext().pages;

/** A number that grows while page states change (`Pages.subscribe`); the component is drawn again with it. */
export function usePagesVersion(): number {
  const { pages } = useAppContext();
  return useSyncExternalStore(pages.subscribe, () => pages.version);
}

/** Something that is read of the pages as they change; the component is drawn again only when it is another value. */
export function usePagesValue<T extends string | number | boolean | undefined>(read: (pages: Pages) => T): T {
  const { pages } = useAppContext();
  return useSyncExternalStore(pages.subscribe, () => read(pages));
}

/** The pages of a region, as of the last tenth of a second. */
export function useRegionPages(session: number, region: number): RegionPages | undefined {
  usePagesVersion();
  return usePages().region(session, region);
}

/**
 * What a region's pages were at the time that is pointed at; undefined while none is, and then what is now is shown.
 */
export function usePast(session: number, region: number): Past | undefined {
  const pages = usePages();
  const instant = useApp((state) => state.instant);
  usePagesValue(({ version }) => instant && version);
  return instant && pages.region(session, region)?.at(instant.toNs);
}

/** The words of the language that the window speaks, also where there is no app yet. */
export const Speech = createContext<Words | undefined>(undefined);

export function useWords(): Words {
  const words = useContext(Speech);
  if (!words) throw new Error('This component stands where nothing is spoken.');
  return words;
}

/**
 * How long a call took, as it is shown. Where measuring an empty call takes as long, it is what the call took at most,
 * and `why` says so.
 */
export function useDuration(ns: number): { readonly text: string; readonly why: string | undefined } {
  const { t, format } = useWords();
  const emptyNs = useApp((state) => shownEnvironment(state)?.emptyCallNs) ?? 0;
  const text = format.duration(ns);
  return ns > emptyNs
    ? { text, why: undefined }
    : { text: `≤ ${text}`, why: t('status.atMost', { time: format.duration(emptyNs) }) };
}
