import { EventEmitter } from 'node:events';
import { refusable } from './app.ts';
import { box } from './boxes.ts';
import { link } from './link.ts';
import type { BoxOptions } from './messages.ts';
import { BrowserWindow } from './windows.ts';

class DownloadItem extends EventEmitter {
  readonly #url: string;
  readonly #name: string;
  /** Only while `will-download` is told. */
  open = true;
  /** Nobody wants to read the address of a blob in the title of a box, but that is what Electron puts there. */
  options: BoxOptions;
  path = '';

  constructor(url: string, name: string) {
    super();
    this.#url = url;
    this.#name = name;
    this.options = { title: url, defaultPath: name };
  }

  getURL = (): string => this.#url;
  getFilename = (): string => this.#name;
  getSavePath = (): string => this.path;
  cancel(): void {
    this.emit('done', {}, 'cancelled');
  }
  setSaveDialogOptions(options: BoxOptions): void {
    if (this.open) this.options = options;
  }
}

/** Downloads of the session: a box asks where to save each. The answer is a path (`/dev/full` has no room), or null. */
export const downloads = new EventEmitter();

link.on('download', async ({ window, url, name }) => {
  const contents = BrowserWindow.all.get(window)?.webContents;
  const item = new DownloadItem(url, name);
  const event = refusable();
  downloads.emit('will-download', event, item, contents);
  item.open = false;
  if (event.defaultPrevented) return;
  const answer = await box('save', item.options, url);
  if (answer === null) item.emit('done', {}, 'cancelled');
  else {
    item.path = String(answer);
    // What might be resumed is not done before it is cancelled.
    if (answer === '/dev/full') item.emit('updated', {}, 'interrupted');
    else item.emit('done', {}, 'completed');
  }
});
