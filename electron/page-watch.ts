import { app, type BrowserWindow } from 'electron';
import type { Text } from '../protocol/text.ts';
import { ask, type Choice } from './box.ts';

const loadAgain: Text = { en: '&Load Again', zh: '重新加载(&L)' };
const quit: Choice = [{ en: '&Quit', zh: '退出(&Q)' }, () => app.quit()];

/** A page that ends twice within this time is not loaded a third time unasked. */
const soonMs = 60_000;

/** Chromium's code for a load that another one took the place of. */
const aborted = -3;

/** Keeps a window from staying blank: a page that ends, cannot be loaded or does not answer is told, and mended. */
export function watchPage(window: BrowserWindow): void {
  const { webContents } = window;
  // The box may be answered when the window is gone.
  const reload: Choice = [loadAgain, () => window.isDestroyed() || webContents.reload()];
  let endedAt = Number.NEGATIVE_INFINITY;

  webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    const soon = performance.now() - endedAt < soonMs;
    endedAt = performance.now();
    if (soon) {
      const message = {
        en: `The page of the window has ended twice in a short time (${reason}).`,
        zh: `窗口的页面在短时间内结束了两次（${reason}）。`,
      };
      void ask({ window, message, choices: [reload, quit] });
      return;
    }
    // The address, with what was shown, is kept. Not within the event, in which Electron takes the old process down
    // (electron#51900).
    setImmediate(() => {
      if (!window.isDestroyed()) webContents.reload();
    });
    const message = {
      en: `The page of the window ended (${reason}) and was loaded again. What ran has ended with it, and its memory is released.`,
      zh: `窗口的页面已结束（${reason}），现已重新加载。正在运行的内容随之结束，内存已释放。`,
    };
    void ask({ window, message, choices: [[{ en: '&Close', zh: '关闭(&C)' }, () => {}]] });
  });

  webContents.on('did-fail-load', (_event, code, description, _url, isMainFrame) => {
    if (!isMainFrame || code === aborted) return;
    const message = {
      en: `The page of the window could not be loaded (${description}, ${code}).`,
      zh: `窗口的页面无法加载（${description}，${code}）。`,
    };
    void ask({ window, message, choices: [reload, quit] });
  });

  let waiting: AbortController | undefined;
  window.on('unresponsive', () => {
    waiting?.abort();
    waiting = new AbortController();
    const message = {
      en: 'The page of the window does not answer. To load it again ends what runs in it.',
      zh: '窗口的页面没有响应。重新加载会结束其中正在运行的内容。',
    };
    const restart: Choice = [loadAgain, () => window.isDestroyed() || webContents.forcefullyCrashRenderer()];
    void ask({
      window,
      message,
      choices: [restart, [{ en: '&Wait', zh: '等待(&W)' }, () => {}]],
      signal: waiting.signal,
    });
  });
  window.on('responsive', () => waiting?.abort());
  window.on('closed', () => waiting?.abort());
}
