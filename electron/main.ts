/** The desktop app's main process: it makes the calls whose effects the window shows. */
import { join } from 'node:path';
import { app, type BrowserWindow, session } from 'electron';
import { Budget } from '../lab/service/budget.ts';
import type { Host } from '../lab/service/host.ts';
import { createService } from '../lab/service/service.ts';
import { statusOf } from '../protocol/exit-status.ts';
import { toProblem } from '../protocol/problem.ts';
import { denyPermissions, guardAllContents } from './guards.ts';
import { spawnUtility } from './isolated-host.ts';
import { setMenu } from './menu.ts';
import { handOverPorts } from './ports.ts';
import { registerScheme, serveScheme } from './scheme.ts';
import { openWindow } from './window.ts';

/** Built, this file is `out/electron/main.js`; the page is beside its folder. */
const built = (...path: string[]): string => join(import.meta.dirname, ...path);

function theHost(): Host {
  const version = app.getVersion();
  return {
    kind: 'electron',
    version,
    budget: Budget.fromEnvironment(),
    spawnIsolated: () => spawnUtility(built('isolated.js'), version),
  };
}

function focus(window: BrowserWindow | undefined): void {
  if (!window || window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

async function run(): Promise<void> {
  const host = theHost();
  let window: BrowserWindow | undefined;
  app.on('second-instance', () => focus(window));
  app.on('window-all-closed', () => app.quit());
  guardAllContents();
  await app.whenReady();
  denyPermissions(session.defaultSession);
  serveScheme(built('..', 'renderer'));
  handOverPorts((reader) => createService(host, reader));
  setMenu();
  window = openWindow(built('preload.cjs'));
}

registerScheme();
if (app.requestSingleInstanceLock()) {
  run().catch((error: unknown) => {
    const { kind, text } = toProblem(error);
    console.error(text.en);
    app.exit(statusOf(kind));
  });
} else {
  app.quit();
}
