import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Language } from '../../protocol/language.ts';
import type { Text } from '../../protocol/text.ts';
import { type Format, formatFor } from '../i18n/format.ts';
import type { Translate } from '../i18n/texts.ts';
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

/** The pages of a region, as of the last tenth of a second. */
export function useRegionPages(session: number, region: number): RegionPages | undefined {
  usePagesVersion();
  return usePages().region(session, region);
}

/**
 * What a region's pages were at the time that is pointed at; undefined while none is, and then what is now is shown.
 */
export function usePast(session: number, region: number): Past | undefined {
  const instant = useApp((state) => state.instant);
  const pages = useRegionPages(session, region);
  return instant && pages?.at(instant.toNs);
}

interface Words {
  readonly t: Translate;
  readonly language: Language;
  readonly format: Format;
  /** A text that came with both languages. */
  pick(text: Text): string;
}

/** The texts of the chosen language, also where there is no app yet to choose it. */
export function useTranslate(): Translate {
  const { t } = useTranslation();
  return useCallback((key, values = {}) => t(key, values), [t]);
}

/** Everything that turns data into words of the chosen language. */
export function useWords(): Words {
  const t = useTranslate();
  const language = useApp((state) => state.settings.language);
  return { t, language, format: formatFor(language), pick: (text) => text[language] };
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
