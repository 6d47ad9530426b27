/**
 * Electron's executable. It is looked for among files alone: importing 'electron' outside Electron would start its
 * downloader. `npm start`, the tests and the command `pagescope` all ask here.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ended, nodePath, proxyVariables, start } from './children.mjs';
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
    // Node's fetch asks no proxy unless it is told to (24.0).
    env: { ...process.env, TMPDIR: folder, NODE_USE_ENV_PROXY: '1' },
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
  const proxies = proxyVariables();
  const told = proxies.length > 0 ? `${why}, by the proxy of ${proxies.join(' and ')}` : why;
  writeFileSync(stamp, told);
  return { why: told };
}

/**
 * What a window would be shown on. Left to itself, Electron takes Wayland only where XDG_SESSION_TYPE says so, and X11
 * anywhere else, also where there is none: it is told, then.
 *
 * @returns {'wayland' | 'x11' | undefined} undefined where no window can be shown
 */
export function displayKind() {
  const { DISPLAY: x11, WAYLAND_DISPLAY: wayland, XDG_SESSION_TYPE: session } = process.env;
  if (wayland && (session === 'wayland' || !x11)) return 'wayland';
  return x11 ? 'x11' : undefined;
}

/** Whether a window can be shown at all. */
export const hasDisplay = () => displayKind() !== undefined;

/** @param {string} path a file below /proc/sys */
const kernelSetting = (path) => (existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined);

/** Settings by which a kernel refuses user namespaces, the value that does, and one that does not. */
const refusals = [
  { setting: 'kernel.apparmor_restrict_unprivileged_userns', refuses: '1', allows: '0' },
  { setting: 'kernel.unprivileged_userns_clone', refuses: '0', allows: '1' },
  { setting: 'user.max_user_namespaces', refuses: '0', allows: '15000' },
];

/**
 * Why Chromium's sandbox cannot start for this user and what helps, as the end of a sentence, or undefined when it can.
 * Chromium itself dies with a fatal error before any of our code runs.
 *
 * @param {string} executable
 */
export function sandboxObstacle(executable) {
  if (process.getuid?.() === 0) {
    return 'Chromium has no sandbox for root: start it as an ordinary user, which is all that Pagescope needs';
  }
  const helper = statSync(join(executable, '..', 'chrome-sandbox'), { throwIfNoEntry: false });
  if (helper?.uid === 0 && (helper.mode & 0o4000) !== 0) return undefined;
  const why = 'this system refuses user namespaces, which the sandbox needs';
  const refusal = refusals.find(
    ({ setting, refuses }) => kernelSetting(`/proc/sys/${setting.replaceAll('.', '/')}`) === refuses,
  );
  if (refusal) return `${why}: sudo sysctl ${refusal.setting}=${refusal.allows} allows them`;
  // A container's filter has no setting to look at, so it is tried. Without unshare(1) nothing speaks against it.
  const { status } = spawnSync('unshare', ['-Ur', 'true'], { stdio: 'ignore' });
  return status === null || status === 0
    ? undefined
    : `${why}: in a container, allow them with its seccomp profile (docker run --security-opt seccomp=…)`;
}

/**
 * How the desktop app is started.
 *
 * @param {string} executable from `findElectron`
 * @param {readonly string[]} [args] for the app
 * @returns {{ command: string, args: string[], env: NodeJS.ProcessEnv, notice?: string }} `notice`: a sentence for the
 *   user
 */
export function electronCommand(executable, args = []) {
  // Terminals of editors that are Electron apps set it; Electron would be a Node without windows.
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  const display = displayKind();
  const platform = display === undefined ? [] : [`--ozone-platform=${display}`];
  const obstacle = sandboxObstacle(executable);
  if (obstacle === undefined) return { command: executable, args: [...platform, root, ...args], env };
  return {
    command: executable,
    args: [...platform, '--no-sandbox', root, ...args],
    env,
    notice: `Electron runs without its sandbox, because ${obstacle}.`,
  };
}

/** @param {readonly string[]} names */
export function findOnPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isFile);
}
