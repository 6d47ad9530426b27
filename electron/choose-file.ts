import { BrowserWindow, dialog, ipcMain } from 'electron';
import { addressOfFile } from '../protocol/recording-address.ts';
import { chooseFileChannel } from './channels.ts';
import { said } from './language.ts';
import { trustedFrame } from './ports.ts';

/** A path has at most 4096 bytes (PATH_MAX), and a title is a short sentence. */
const maxLength = 4096;

const isShort = (value: unknown): value is string => typeof value === 'string' && value.length <= maxLength;

/** Lets the page ask a person for a file: it gets the path, or null when they choose none. */
export function offerFiles(): void {
  ipcMain.handle(chooseFileChannel, async (event, title: unknown, path: unknown): Promise<string | null> => {
    const window = BrowserWindow.fromWebContents(event.sender);
    if (!trustedFrame(event) || !window || !isShort(title) || !isShort(path)) return null;
    const { filePaths } = await dialog.showOpenDialog(window, {
      title,
      ...(path.startsWith('/') && { defaultPath: path }),
      properties: ['openFile', 'showHiddenFiles'],
    });
    return filePaths[0] ?? null;
  });
}

/** Lets a person choose a recording; where the page shows it, or undefined when they choose none. */
export async function chooseRecording(window: BrowserWindow | undefined): Promise<string | undefined> {
  if (!window || window.isDestroyed()) return undefined;
  const { filePaths } = await dialog.showOpenDialog(window, {
    title: said({ en: 'Open a Recording', zh: '打开录制文件' }),
    filters: [
      { name: said({ en: 'Recordings', zh: '录制文件' }), extensions: ['pagescope'] },
      { name: said({ en: 'All files', zh: '所有文件' }), extensions: ['*'] },
    ],
    properties: ['openFile', 'showHiddenFiles'],
  });
  const [file] = filePaths;
  return file === undefined ? undefined : addressOfFile(file);
}
