import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { appOrigin } from './scheme.ts';
import { first, rememberBounds, rememberedBounds, smallest } from './window-bounds.ts';

/** What shows until the page has drawn itself: the page's own background in each theme. */
const background = { dark: '#14161a', light: '#ffffff' } as const;

/**
 * Opens the window on the app's page, where it was last time.
 *
 * @param preload the built preload
 */
export function openWindow(preload: string): BrowserWindow {
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
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => rememberBounds(file, { ...window.getNormalBounds(), maximized: window.isMaximized() }));
  void window.loadURL(`${appOrigin}/`);
  return window;
}
