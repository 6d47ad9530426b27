import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { watchPage } from './page-watch.ts';
import { revealOnce } from './reveal.ts';
import { appOrigin } from './scheme.ts';
import { first, rememberBounds, rememberedBounds, smallest } from './window-bounds.ts';

/** What shows until the page has drawn itself: the page's own background in each theme. */
const background = { dark: '#14161a', light: '#ffffff' } as const;

/**
 * Opens the window on the app's page, where it was last time.
 *
 * @param preload the built preload
 * @param address what the page shows first, from `#` on; undefined leaves it to the page
 */
export function openWindow(preload: string, address = ''): BrowserWindow {
  const file = join(app.getPath('userData'), 'window.json');
  const { maximized, ...bounds } = rememberedBounds(
    file,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  ) ?? { ...first, maximized: false };
  const window = new BrowserWindow({
    ...bounds,
    minWidth: smallest.width,
    minHeight: smallest.height,
    title: app.getName(),
    show: false,
    icon: join(app.getAppPath(), 'build', 'icons', '256x256.png'),
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  // To maximize is to show.
  revealOnce(window, () => (maximized ? window.maximize() : window.show()));
  watchPage(window);
  window.on('close', () => rememberBounds(file, { ...window.getNormalBounds(), maximized: window.isMaximized() }));
  // A load that fails is told as an event.
  window.loadURL(`${appOrigin}/${address}`).catch(() => {});
  return window;
}
