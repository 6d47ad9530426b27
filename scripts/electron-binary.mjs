/**
 * Electron's executable. It is looked for among files alone: importing 'electron' outside Electron would start its
 * downloader. `npm start`, the tests and the command `pagescope` all ask here.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ended, nodePath, start } from './children.mjs';
import { cache, inProject, Refusal, root } from './project.mjs';

const shipped = inProject('node_modules', 'electron');

/** A download that brings no byte for so long is given up. */
const patienceMs = 60_000;

/** Holds why Electron could not be fetched, so that the next start does not wait for the same again. */
const failureStamp = () => join(cache, `electron-${version()}-not-fetched`);

/** The version that package.json asks for, or undefined before the packages are installed. */
function version() {
  const manifest = join(shipped, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
}

/** @param {string} path */
const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/**
 * Finds Electron: PAGESCOPE_ELECTRON (the executable), ELECTRON_OVERRIDE_DIST_PATH (its folder), or what the package
 * has downloaded.
 *
 * @returns {string | undefined} the path of the executable
 * @throws {Refusal} when a variable names a file that is not there
 */
export function findElectron() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const named = process.env.PAGESCOPE_ELECTRON || (folder && join(folder, 'electron'));
  if (named) {
    if (isFile(named)) return named;
    const variable = process.env.PAGESCOPE_ELECTRON ? 'PAGESCOPE_ELECTRON' : 'ELECTRON_OVERRIDE_DIST_PATH';
    throw new Refusal(`${variable} stands for ${named}, which is not a file: correct or unset it.`, 2);
  }
  const pathFile = join(shipped, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const downloaded = join(shipped, 'dist', readFileSync(pathFile, 'utf8').trim());
  return isFile(downloaded) ? downloaded : undefined;
}

/** @param {string} folder */
async function bytesBelow(folder) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/**
 * Ends a child when the folders that it fills stop growing.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {readonly string[]} folders
 * @returns {Promise<boolean>} whether it was given up
 */
async function giveUpWhenStuck(child, folders) {
  let bytes = -1;
  let grewAt = Date.now();
  let stuck = false;
  const watch = setInterval(async () => {
    const now = (await Promise.all(folders.map(bytesBelow))).reduce((sum, size) => sum + size, 0);
    if (now !== bytes) grewAt = Date.now();
    bytes = now;
    stuck = Date.now() - grewAt > patienceMs;
    if (stuck) child.kill('SIGKILL');
  }, 1000);
  await ended(child).catch(() => undefined);
  clearInterval(watch);
  return stuck;
}

/**
 * Lets the package electron download its binary, once: after a failure it does not try again until it is told to.
 *
 * @param {{ again?: boolean }} [options] `again`: try although it failed before
 * @returns {Promise<{ path: string } | { why: string }>}
 */
export async function fetchElectron({ again = false } = {}) {
  const stamp = failureStamp();
  if (!again && existsSync(stamp)) return { why: readFileSync(stamp, 'utf8') };

  console.error("Fetching Electron's binary (once, about 120 MB) …");
  const folder = join(cache, 'electron-download');
  mkdirSync(folder, { recursive: true });
  const installer = start(nodePath(), [join(shipped, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  });
  let complaint = '';
  installer.stderr?.setEncoding('utf8').on('data', (text) => {
    complaint += text;
  });
  const stuck = await giveUpWhenStuck(installer, [folder, join(shipped, 'dist')]);
  rmSync(folder, { recursive: true, force: true });

  const path = findElectron();
  if (path !== undefined) {
    rmSync(stamp, { force: true });
    return { path };
  }
  const why = stuck
    ? `nothing arrived for ${patienceMs / 1000} s`
    : complaint.split('\n')[0]?.replace(/^\w*Error: /, '') || 'the download ended early';
  writeFileSync(stamp, why);
  return { why };
}

/** Whether a window can be shown at all. */
export const hasDisplay = () => Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** @param {string} path a file below /proc/sys */
const kernelSetting = (path) => (existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined);

/**
 * Why Chromium's sandbox cannot start for this user, or undefined when it can. Chromium itself dies with a fatal error.
 *
 * @param {string} executable
 */
export function sandboxObstacle(executable) {
  if (process.getuid?.() === 0) return 'Chromium has no sandbox for root';
  const helper = statSync(join(executable, '..', 'chrome-sandbox'), { throwIfNoEntry: false });
  if (helper?.uid === 0 && (helper.mode & 0o4000) !== 0) return undefined;
  const refused =
    kernelSetting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1' ||
    kernelSetting('/proc/sys/kernel/unprivileged_userns_clone') === '0' ||
    kernelSetting('/proc/sys/user/max_user_namespaces') === '0';
  return refused ? 'this kernel refuses user namespaces, which the sandbox needs' : undefined;
}

/**
 * How the desktop app is started.
 *
 * @param {string} executable from `findElectron`
 * @param {readonly string[]} [args] for the app
 * @returns {{ command: string, args: string[], notice?: string }} `notice`: a sentence for the user
 */
export function electronCommand(executable, args = []) {
  const obstacle = sandboxObstacle(executable);
  if (obstacle === undefined) return { command: executable, args: [root, ...args] };
  return {
    command: executable,
    args: ['--no-sandbox', root, ...args],
    notice: `Electron runs without its sandbox, because ${obstacle}.`,
  };
}

/** @param {readonly string[]} names */
export function findOnPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isFile);
}
