/**
 * Child processes of the scripts. A signal that reaches the script reaches its children, and the script ends as the
 * child did, so that nothing is orphaned and every exit status means what it says.
 */
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { inProject, root } from './project.mjs';

/** The loader of programs built for glibc: Electron, the Node of npm. A system with musl (Alpine) has none. */
const glibcLoader = process.arch === 'arm64' ? '/lib/ld-linux-aarch64.so.1' : '/lib64/ld-linux-x86-64.so.2';

/** Whether programs that were built for glibc start here. */
export const hasGlibc = () => existsSync(glibcLoader);

/**
 * The Node that runs what we start: the one that `npm ci` put into node_modules (the line that Electron embeds), else
 * the one that runs this script.
 */
export function nodePath() {
  const shipped = inProject('node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  return existsSync(shipped) && hasGlibc() ? realpathSync(shipped) : process.execPath;
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let asked = false;

/**
 * A child leads its own process group: a signal reaches it and what it started exactly once, from here.
 *
 * @param {NodeJS.Signals} signal
 */
function signalChildren(signal) {
  for (const child of running) {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // The group has ended between its last message and ours.
    }
  }
}

/** @param {NodeJS.Signals} signal */
function forward(signal) {
  // With no child left to wait for, end as the signal would have ended us.
  if (running.size === 0) process.exit(128 + constants.signals[signal]);
  // Asked a second time: those that would not end are made to.
  signalChildren(asked ? 'SIGKILL' : signal);
  asked = true;
}

/** Handlers stand from the first child on: before that, a signal does what it always does. */
function forwardSignals() {
  if (process.listeners('SIGINT').includes(forward)) return;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, forward);
  process.on('exit', () => signalChildren('SIGKILL'));
}

/**
 * Starts a child that ends with this script.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function start(command, args, options = {}) {
  forwardSignals();
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', detached: true, ...options });
  running.add(child);
  child.once('close', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/**
 * The exit status of a child: 128 + the signal's number when a signal ended it, as a shell has it.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
export function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(signal ? 128 + constants.signals[signal] : (status ?? 1)));
  });
}

/**
 * Starts a child and waits for its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export const run = (command, args, options) => ended(start(command, args, options));

/** @param {string} name of a variable in lower case: those of proxies, and npm's own, are taken in either */
export const variable = (name) => [name, name.toUpperCase()].find((each) => process.env[each]);

/** The names of the variables that send what we start to a proxy: what they hold may have a password in it. */
export const proxyVariables = () =>
  ['https_proxy', 'http_proxy', 'npm_config_https_proxy', 'npm_config_proxy'].flatMap((name) => variable(name) ?? []);

/** The line of Node that `npm ci` installs: the one that Electron embeds. */
const shippedNode = 24;

/**
 * Goes on in the Node that `npm ci` has installed: a script that an older one started hands over to it, with the same
 * arguments, and ends with its status.
 */
export async function ensureRuntime() {
  const node = nodePath();
  if (Number.parseInt(process.versions.node, 10) >= shippedNode || node === process.execPath) return;
  process.exit(await run(node, process.argv.slice(1)));
}
