/**
 * `npm start`: installs and builds what is stale, then opens the desktop app, or the same app in a browser where there
 * is no Electron or no display.
 */
import { ended, nodePath, run, start } from './children.mjs';
import { electronCommand, fetchElectron, findElectron, hasDisplay } from './electron-binary.mjs';
import { ensureBuilt } from './fresh.mjs';
import { ensureInstalled } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { inProject, main } from './project.mjs';
import { openWindow, windowBrowser } from './window.mjs';

const help = `npm start [-- options]
  --serve            serve the app to a browser at once, without Electron
  --fetch-electron   try again to fetch Electron's binary after it failed
Other options go to the app; with --serve to 'pagescope serve' (--port N).`;

/**
 * Electron's path, or why the browser has to do.
 *
 * @param {boolean} again
 * @returns {Promise<{ path: string } | { why: string }>}
 */
async function electron(again) {
  if (!hasDisplay()) return { why: 'neither DISPLAY nor WAYLAND_DISPLAY names a display' };
  const path = findElectron();
  if (path !== undefined) return { path };
  const fetched = await fetchElectron({ again });
  if ('path' in fetched) return fetched;
  return { why: `its binary could not be fetched (${fetched.why}; 'npm start -- --fetch-electron' tries again)` };
}

/**
 * The loopback host; its first line on stdout is the URL, and a window opens on it where one can.
 *
 * @param {readonly string[]} args
 */
async function serve(args) {
  const host = start(nodePath(), [inProject('bin', 'pagescope.mjs'), 'serve', ...args], {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const status = ended(host);
  let firstLine = '';
  host.stdout?.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    if (firstLine.includes('\n')) return;
    firstLine += text;
    const url = firstLine.includes('\n') && /http:\/\/[^\s"]+/.exec(firstLine)?.[0];
    const browser = url && windowBrowser();
    if (browser) void openWindow(browser, url);
  });
  return await status;
}

/** @param {readonly string[]} args */
async function desktop(args) {
  const again = args.includes('--fetch-electron');
  const rest = args.filter((arg) => arg !== '--fetch-electron');
  const found = await electron(again);
  if ('why' in found) {
    console.error(`Pagescope opens in a browser and not in Electron, because ${found.why}.`);
    return await serve(rest);
  }
  const { command, args: electronArgs, notice } = electronCommand(found.path, rest);
  if (notice) console.error(notice);
  return await run(command, electronArgs);
}

requireNode();
await main(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  return args.includes('--serve') ? await serve(args.filter((arg) => arg !== '--serve')) : await desktop(args);
}, help);
