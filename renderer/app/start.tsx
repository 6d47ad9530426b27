import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import '../theme/tokens.css';
import '../theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { localeOf } from '../../protocol/language.ts';
import { connectWire } from '../connect.ts';
import { followAddress } from '../context/address.ts';
import type { AppContext } from '../context/context.ts';
import { showTips } from '../context/tips.ts';
import { createI18n, preferredLanguage, speak } from '../i18n/i18n.ts';
import { RafScheduler } from '../raf-scheduler.ts';
import { createActions } from '../store/actions.ts';
import { createEngine } from '../store/engine.ts';
import { restUnshown } from '../store/rest-unshown.ts';
import { loadSettings, saveSettings } from '../store/settings.ts';
import { createAppStore, type Store, shownTheme } from '../store/store.ts';
import { AppRoot } from './app-root.tsx';

/** Starts the app in a document: settings, texts, the link to the engine, and the first drawing. */
export async function start(document: Document): Promise<void> {
  const store = createAppStore(loadSettings(localStorage, preferredLanguage(navigator.languages)));
  const i18n = createI18n();
  const spoken = speak(i18n, store.getState().settings.language);
  rememberSettings(document, store, (language) => void speak(i18n, language));
  const connected = connectWire();
  // It is told below, when there is a window to tell it in.
  connected.catch(() => {});
  await spoken;
  const scheduler = new RafScheduler();
  showTips(document);

  const element = document.getElementById('root');
  if (!element) throw new Error('index.html has no #root.');
  const root = createRoot(element);
  const draw = (context: AppContext | undefined): void =>
    root.render(
      <StrictMode>
        <AppRoot store={store} context={context} i18n={i18n} />
      </StrictMode>,
    );
  draw(undefined);

  connected.then(
    (wire) => {
      const engine = createEngine(wire, store, scheduler);
      const actions = createActions(store, engine);
      store.setState({ connection: { status: 'open' } });
      followAddress(window, store, actions);
      restUnshown(document, store, engine.client);
      draw({ store, actions, pages: engine.pages, scheduler });
      void actions.load();
    },
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      store.setState({ connection: { status: 'lost', refused: true, reason } });
    },
  );
}

/** Language and theme take effect on the document, and every choice is remembered. */
function rememberSettings(document: Document, store: Store, onLanguage: (language: 'en' | 'zh') => void): void {
  const apply = (state: ReturnType<Store['getState']>): void => {
    const { settings } = state;
    const theme = shownTheme(state);
    document.documentElement.lang = localeOf[settings.language];
    document.documentElement.style.colorScheme = theme;
    // Mantine says the same once it is mounted; until then the first drawing would be in the other theme.
    document.documentElement.dataset.mantineColorScheme = theme;
    onLanguage(settings.language);
  };
  apply(store.getState());
  store.subscribe((state, before) => {
    if (state.settings !== before.settings) saveSettings(localStorage, state.settings);
    if (state.settings !== before.settings || shownTheme(state) !== shownTheme(before)) apply(state);
  });
  followSystem(store);
}

/** How the desktop wants windows, now and when that changes. */
function followSystem(store: Store): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const forced = window.matchMedia('(forced-colors: active)');
  const note = (): void =>
    store.setState({ systemTheme: dark.matches ? 'dark' : 'light', forcedColors: forced.matches });
  note();
  dark.addEventListener('change', note);
  forced.addEventListener('change', note);
}
