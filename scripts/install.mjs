/**
 * `npm ci`, when node_modules is not what package-lock.json asks for.
 */
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { proxyVariables, run, variable } from './children.mjs';
import { cache, inProject, Refusal } from './project.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

const stamp = join(cache, 'installed');
const wanted = () => hashOf([inProject('package-lock.json')]);

/** npm's own record of what it put there: it tells an installation by hand from a half-finished one. */
const npmRecord = inProject('node_modules', '.package-lock.json');

/**
 * The two lock files agree when every installed package has the version that the project's lock names. It spares a
 * developer who ran `npm ci` the second installation.
 */
function installedByHand() {
  if (!existsSync(npmRecord)) return false;
  const asked = JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8')).packages;
  const there = JSON.parse(readFileSync(npmRecord, 'utf8')).packages;
  return Object.entries(asked).every(
    ([path, one]) => path === '' || one.optional || there[path]?.version === one.version,
  );
}

/** @param {string} folder */
function canWrite(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where npm keeps what it fetched: it tells its scripts. By default that is in the home, which may be read-only. */
function npmCanCache() {
  const cache = process.env[variable('npm_config_cache') ?? ''] ?? join(homedir(), '.npm');
  return canWrite(existsSync(cache) ? cache : dirname(cache));
}

/**
 * Runs `npm ci`, which says nothing for minutes where its output is no terminal: a line tells now and then that it goes
 * on.
 */
async function npmCi() {
  const kept = npmCanCache() ? undefined : mkdtempSync(join(tmpdir(), 'pagescope-npm-'));
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const goesOn = setInterval(() => console.error(`  npm ci goes on after ${seconds()} s …`), 15_000);
  try {
    // npm's own output goes to stderr: stdout belongs to what the command prints.
    const status = await run(
      'npm',
      ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
      { stdio: ['ignore', 2, 2], env: { ...process.env, ...(kept && { npm_config_cache: kept }) } },
    );
    return { status, seconds: seconds() };
  } finally {
    clearInterval(goesOn);
    if (kept) rmSync(kept, { recursive: true, force: true });
  }
}

/** What may stand between npm and its registry. */
function proxies() {
  const names = proxyVariables();
  return names.length > 0
    ? `${names.join(' and ')} sent it to a proxy: is that the right one?`
    : "Behind a proxy, set HTTPS_PROXY, or 'npm config set https-proxy'.";
}

/** Installs when node_modules is missing or not what the lock file asks for. */
export async function ensureInstalled() {
  const hash = wanted();
  if (readStamp(stamp) === hash) return;
  if (installedByHand()) {
    writeStamp(stamp, hash);
    return;
  }
  console.error('Installing the packages of package-lock.json (npm ci: once, about 750 MB) …');
  const { status, seconds } = await npmCi().catch((error) => {
    throw new Refusal(`npm could not be started (${error.message}): install it, it comes with Node.`, 3);
  });
  if (status > 128) throw new Refusal('The installation was interrupted: the same command does it again.', status);
  if (status !== 0) {
    throw new Refusal(
      `npm ci ended with status ${status}: its message above says why. It needs a package registry, this once. ${proxies()} The same command tries again.`,
      3,
    );
  }
  console.error(`Installed after ${seconds} s.`);
  writeStamp(stamp, hash);
}
