import { MantineProvider, VisuallyHidden } from '@mantine/core';
import type { i18n } from 'i18next';
import { I18nextProvider } from 'react-i18next';
import { useStore } from 'zustand';
import { ConnectionLost } from '../components/frame/connection-lost.tsx';
import { Messages } from '../components/frame/messages.tsx';
import { Waiting } from '../components/shared/waiting.tsx';
import { type AppContext, Context } from '../context/context.ts';
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
  return (
    <I18nextProvider i18n={i18n}>
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
            <VisuallyHidden component="h1">{i18n.t('app.name')}</VisuallyHidden>
            <Waiting text={i18n.t('app.connecting')} />
          </main>
        )}
      </MantineProvider>
    </I18nextProvider>
  );
}
