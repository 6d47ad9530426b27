/**
 * A window for the loopback host: Chromium without its address bar, with a profile that goes when it closes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ended, start } from './children.mjs';
import { findOnPath, hasDisplay, sandboxObstacle } from './electron-binary.mjs';

const browsers = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'brave-browser',
  'vivaldi',
];

/** @returns {string | undefined} a browser that can show an app window here */
export const windowBrowser = () => (hasDisplay() ? process.env.CHROMIUM_PATH || findOnPath(browsers) : undefined);

/**
 * A page of ours alone that goes on to an address: everybody can read the arguments of a process, and who opens the
 * address first is let in.
 *
 * @param {string} folder of mode 0700
 * @param {string} url
 */
function pageThatLeadsTo(folder, url) {
  const page = join(folder, 'open.html');
  writeFileSync(page, `<!doctype html><meta http-equiv="refresh" content="0;url=${url}">`, { mode: 0o600 });
  return pathToFileURL(page).href;
}

/**
 * Opens the window. It stays until the user closes it or the script ends.
 *
 * @param {string} browser
 * @param {string} url
 */
export async function openWindow(browser, url) {
  const profile = mkdtempSync(join(tmpdir(), 'pagescope-window-'));
  const remove = () => rmSync(profile, { recursive: true, force: true });
  process.on('exit', remove);
  const obstacle = sandboxObstacle(browser);
  if (obstacle !== undefined)
    console.error(
      `${browser} runs without its sandbox, because ${obstacle}. It shows nothing but Pagescope's own page.`,
    );
  const sandbox = obstacle === undefined ? [] : ['--no-sandbox'];
  const quiet = ['--no-first-run', '--no-default-browser-check'];
  const args = [
    `--app=${pageThatLeadsTo(profile, url)}`,
    `--user-data-dir=${profile}`,
    '--window-size=1400,900',
    ...quiet,
    ...sandbox,
  ];
  const status = await ended(start(browser, args, { stdio: 'ignore' })).catch(() => 127);
  if (status !== 0) console.error(`${browser} ended with status ${status}; the page is still served at ${url}`);
}
