/**
 * `npm ci`, when node_modules is not what package-lock.json asks for.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './children.mjs';
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

/** Installs when node_modules is missing or not what the lock file asks for. */
export async function ensureInstalled() {
  const hash = wanted();
  if (readStamp(stamp) === hash) return;
  if (installedByHand()) {
    writeStamp(stamp, hash);
    return;
  }
  console.error('Installing the packages of package-lock.json (npm ci) …');
  // npm's own output goes to stderr: stdout belongs to what the command prints.
  const status = await run(
    'npm',
    ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    { stdio: ['ignore', 2, 2] },
  );
  if (status !== 0) {
    throw new Refusal(
      `npm ci ended with status ${status}: its message above says why; Pagescope needs a package registry once.`,
      3,
    );
  }
  writeStamp(stamp, hash);
}
