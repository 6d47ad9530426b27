import { MantineProvider, VisuallyHidden } from '@mantine/core';
import type { i18n } from 'i18next';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { ConnectionLost } from '../components/frame/connection-lost.tsx';
import { Messages } from '../components/frame/messages.tsx';
import { Waiting } from '../components/shared/waiting.tsx';
import { type AppContext, Context, Speech } from '../context/context.ts';
import { type Words, wordsIn } from '../i18n/i18n.ts';
import { type Store, shownTheme } from '../store/store.ts';
import { cssVariables, theme } from '../theme/theme.ts';
import classes from './app-root.module.css';
import { Shell } from './shell.tsx';
import { ViewBoundary } from './view-boundary.tsx';

interface Props {
  readonly store: Store;
  /** Undefined until the engine is connected. */
  readonly context: AppContext | undefined;
  readonly i18n: i18n;
}

/** The providers, and which of the three faces the window shows: connecting, not let in, or the app. */
export function AppRoot({ store, context, i18n }: Props) {
  const colorScheme = useStore(store, shownTheme);
  const connection = useStore(store, (state) => state.connection);
  const words = useSpoken(i18n);
  return (
    <Speech value={words}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme={colorScheme}
        forceColorScheme={colorScheme}
      >
        {connection.status === 'lost' && !context ? (
          <ConnectionLost refused={connection.refused} reason={connection.reason} />
        ) : context ? (
          <Context value={context}>
            <Messages />
            <ViewBoundary>
              <Shell />
            </ViewBoundary>
          </Context>
        ) : (
          <main className={classes.window}>
            <VisuallyHidden component="h1">{words.t('app.name')}</VisuallyHidden>
            <Waiting text={words.t('app.connecting')} />
          </main>
        )}
      </MantineProvider>
    </Speech>
  );
}

/** The words of the language that is spoken: both languages switch when the texts of the other are there. */
function useSpoken(i18n: i18n): Words {
  const subscribe = useCallback(
    (tell: () => void) => {
      i18n.on('languageChanged', tell);
      return () => i18n.off('languageChanged', tell);
    },
    [i18n],
  );
  const spoken = useSyncExternalStore(subscribe, () => i18n.language);
  return useMemo(() => wordsIn(i18n, spoken === 'zh' ? 'zh' : 'en'), [i18n, spoken]);
}
