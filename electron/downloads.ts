import { basename, dirname, join } from 'node:path';
import { app, type FileFilter, type Session } from 'electron';
import type { Text } from '../protocol/text.ts';
import { savedChannel } from './channels.ts';
import { said } from './language.ts';
import { appOrigin } from './scheme.ts';

const title: Text = { en: 'Save from Pagescope', zh: '从 Pagescope 保存' };
const allFiles: Text = { en: 'All files', zh: '所有文件' };

/** What the window exports, by the ending of its file. */
const kinds: Readonly<Record<string, Text>> = {
  json: { en: 'JSON', zh: 'JSON' },
  c: { en: 'C program', zh: 'C 程序' },
  html: { en: 'Web page', zh: '网页' },
  md: { en: 'Markdown', zh: 'Markdown' },
  svg: { en: 'SVG picture', zh: 'SVG 图片' },
  csv: { en: 'CSV table', zh: 'CSV 表格' },
  txt: { en: 'Text', zh: '文本' },
};

function filtersFor(name: string): FileFilter[] {
  const ending = name.split('.').at(-1) ?? '';
  const kind = kinds[ending];
  const all = { name: said(allFiles), extensions: ['*'] };
  return kind ? [{ name: said(kind), extensions: [ending] }, all] : [all];
}

/**
 * Asks where each export of the page is to be saved, and tells the page when it is, or that it is not. Electron's own
 * box is titled with the blob's address. Nothing else is ever downloaded.
 */
export function saveDownloads(session: Session): void {
  let folder: string | undefined;
  session.on('will-download', (event, item, contents) => {
    const url = item.getURL();
    if (!url.startsWith(`blob:${appOrigin}/`)) {
      event.preventDefault();
      return;
    }
    folder ??= app.getPath('downloads');
    const name = item.getFilename();
    item.setSaveDialogOptions({ title: said(title), defaultPath: join(folder, name), filters: filtersFor(name) });
    let told = false;
    const tell = (state: 'completed' | 'cancelled' | 'interrupted'): void => {
      if (told) return;
      told = true;
      const path = item.getSavePath();
      if (state === 'completed') folder = dirname(path);
      // The window may have been closed meanwhile.
      if (!contents.isDestroyed()) contents.send(savedChannel, { url, state, name: basename(path) || name });
    };
    item.once('done', (_event, state) => tell(state));
    // What might be resumed is not done: a full disk would be told of never.
    item.on('updated', (_event, state) => {
      if (state !== 'interrupted') return;
      tell(state);
      item.cancel();
    });
  });
}
