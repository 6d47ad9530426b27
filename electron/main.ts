/** The desktop app's main process: it makes the calls whose effects the window shows. */
import { join } from 'node:path';
import { app, type BrowserWindow, session } from 'electron';
import { recordingsFolder } from '../lab/recordings/folder.ts';
import { Keeper } from '../lab/recordings/keeper.ts';
import { recordingLimits } from '../lab/recordings/limits.ts';
import { Budget } from '../lab/service/budget.ts';
import type { Host } from '../lab/service/host.ts';
import { createService } from '../lab/service/service.ts';
import { addressOfFile, fileOfAddress } from '../protocol/recording-address.ts';
import { askedAddress } from './asked.ts';
import { keyChannel, showChannel } from './channels.ts';
import { chooseRecording, offerFiles } from './choose-file.ts';
import { saveDownloads } from './downloads.ts';
import { denyPermissions, guardAllContents } from './guards.ts';
import { spawnUtility } from './isolated-host.ts';
import { setMenu } from './menu.ts';
import { handOverPorts } from './ports.ts';
import { endWith, watchProcesses } from './process-watch.ts';
import { RecentFiles } from './recent-files.ts';
import { registerScheme, serveScheme } from './scheme.ts';
import { openWindow } from './window.ts';

/** Built, this file is `out/electron/main.js`; the page is beside its folder. */
const built = (...path: string[]): string => join(import.meta.dirname, ...path);

function theHost(): { readonly host: Host; readonly keeper: Keeper } {
  const version = app.getVersion();
  // What is no limit is said at once.
  recordingLimits();
  // It ends with this process: when its channel is closed, it finishes what it writes.
  const keeper = new Keeper(recordingsFolder(), () => spawnUtility(built('keeper.js'), version));
  const host: Host = {
    kind: 'electron',
    version,
    budget: Budget.fromEnvironment(),
    spawnIsolated: () => spawnUtility(built('isolated.js'), version),
    get record() {
      return keeper.beginIfAny;
    },
  };
  return { host, keeper };
}

function focus(window: BrowserWindow | undefined): void {
  if (!window || window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** @param asked what the page shows first, from `#` on */
async function run(asked: string | undefined): Promise<void> {
  const { host, keeper } = theHost();
  let first = asked;
  let window: BrowserWindow | undefined;
  const show = (address: unknown): void => {
    if (typeof address !== 'string') return;
    if (window && !window.isDestroyed()) window.webContents.send(showChannel, address);
    else first = address;
  };
  app.on('second-instance', (_event, _argv, _folder, told) => {
    focus(window);
    show((told as { address?: unknown } | null)?.address);
  });
  app.on('window-all-closed', () => app.quit());
  guardAllContents();
  await app.whenReady();
  denyPermissions(session.defaultSession);
  saveDownloads(session.defaultSession);
  offerFiles();
  serveScheme(built('..', 'renderer'));
  handOverPorts((reader) => createService(host, reader));
  const recent = new RecentFiles(join(app.getPath('userData'), 'recent.json'));
  const putUpMenu = (): void =>
    setMenu({
      open: async () => show(await chooseRecording(window)),
      recent: recent.shown,
      openRecent: (file) => show(addressOfFile(file)),
      clearRecent: () => {
        recent.clear();
        putUpMenu();
      },
      show,
      press: (pressed) => {
        if (window && !window.isDestroyed()) window.webContents.send(keyChannel, pressed);
      },
    });
  putUpMenu();
  window = openWindow(built('preload.cjs'), first);
  // The first run does not wait for it.
  window.webContents.once('did-finish-load', () => recordingLimits().totalBytes > 0 && keeper.warm());
  // However a recording was opened: its address shows that.
  const noteShown = (_event: unknown, url: string): void => {
    const file = fileOfAddress(new URL(url).hash);
    if (file !== undefined && recent.add(file)) putUpMenu();
  };
  window.webContents.on('did-navigate', noteShown);
  window.webContents.on('did-navigate-in-page', noteShown);
}

registerScheme();
const address = askedAddress(process.argv.slice(1));
if (app.requestSingleInstanceLock({ address })) {
  watchProcesses();
  run(address).catch(endWith);
} else {
  app.quit();
}
