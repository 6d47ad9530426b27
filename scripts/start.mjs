/**
 * `npm start`: installs and builds what is stale, then opens the desktop app, or the same app in a browser where there
 * is no Electron or no display.
 */
import { hasGlibc, run } from './children.mjs';
import { electronCommand, fetchElectron, findElectron, hasDisplay } from './electron-binary.mjs';
import { ensureBuilt } from './fresh.mjs';
import { ensureInstalled } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { main } from './project.mjs';
import { serve } from './serve.mjs';

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
  if (!hasGlibc()) return { why: 'its binary needs glibc, and this system has another C library (musl)' };
  const fetched = await fetchElectron({ again });
  if ('path' in fetched) return fetched;
  return { why: `its binary could not be fetched (${fetched.why}; 'npm start -- --fetch-electron' tries again)` };
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
  const { command, args: electronArgs, env, notice } = electronCommand(found.path, rest);
  if (notice) console.error(notice);
  return await run(command, electronArgs, { env });
}

requireNode();
await main(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  return args.includes('--serve') ? await serve(args.filter((arg) => arg !== '--serve')) : await desktop(args);
}, help);
