import type { BrowserWindow } from 'electron';

/** A page that has told nothing by then is shown as it is: a person sees that the app runs. */
const patienceMs = 3000;

/**
 * Shows a hidden window once, when its page is painted or loaded, could not be loaded, or has told nothing for 3 s. On
 * Wayland `ready-to-show` may wait for the window to be seen, and alone would never come (electron#48859).
 *
 * @param show shows it
 */
export function revealOnce(window: BrowserWindow, show: () => void): void {
  const { webContents } = window;
  const reveal = (): void => {
    done();
    show();
  };
  const timer = setTimeout(reveal, patienceMs);
  const done = (): void => {
    clearTimeout(timer);
    window.off('ready-to-show', reveal);
    window.off('closed', done);
    webContents.off('did-finish-load', reveal);
    webContents.off('did-fail-load', reveal);
  };
  window.once('ready-to-show', reveal);
  window.once('closed', done);
  webContents.once('did-finish-load', reveal);
  webContents.once('did-fail-load', reveal);
}
