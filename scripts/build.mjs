/**
 * `npm run build`: makes what is stale, into `out/`. With names of targets, only those; with `--all`, fresh ones too.
 * `-- --check` builds nothing and says what is stale (exit status 1 when something is).
 */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { inProject, main, Refusal } from './project.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';
import { targets } from './targets.mjs';

/** @typedef {import('./targets.mjs').Target} Target */

/** @param {Target} target */
const stampOf = (target) => inProject('out', '.stamps', target.name);

/** The lock file stands for every package, the configuration and this script for how they are put together. */
const common = ['package-lock.json', 'package.json', 'scripts/targets.mjs', 'tsconfig.base.json'];

/** @param {Target} target */
const inputsHash = (target) => hashOf([...target.folders, ...common].map((path) => inProject(path)));

/** @param {Target} target */
function isFresh(target) {
  const there = target.outputs.every((output) => existsSync(inProject('out', output)));
  return there && readStamp(stampOf(target)) === inputsHash(target);
}

/** @param {Target} target */
async function buildTarget(target) {
  // The hash is taken before the build: a file saved meanwhile leaves the target stale.
  const hash = inputsHash(target);
  const { build } = await import('vite');
  for (const config of target.builds()) await build(config);
  writeStamp(stampOf(target), hash);
}

/**
 * @param {readonly Target[]} [wanted]
 * @returns {readonly Target[]} those that are stale
 */
export const staleTargets = (wanted = targets) => wanted.filter((target) => !isFresh(target));

/**
 * @param {readonly Target[]} stale
 * @returns {Promise<void>}
 */
export async function build(stale) {
  if (stale.length === 0) return;
  console.error(`Building ${stale.map((target) => target.name).join(', ')} …`);
  for (const target of stale) await buildTarget(target);
}

/** @param {readonly string[]} names */
function namedTargets(names) {
  const unknown = names.find((name) => !targets.some((target) => target.name === name));
  if (unknown !== undefined) {
    const known = targets.map((target) => target.name).join(', ');
    throw new Refusal(`There is no build target '${unknown}': name any of ${known}, or none for all.`, 2);
  }
  return names.length === 0 ? targets : targets.filter((target) => names.includes(target.name));
}

async function command() {
  const args = process.argv.slice(2);
  const wanted = namedTargets(args.filter((arg) => !arg.startsWith('--')));
  if (args.includes('--check')) {
    const stale = staleTargets(wanted);
    for (const target of stale) console.log(target.name);
    return stale.length === 0 ? 0 : 1;
  }
  await ensureInstalled();
  await build(args.includes('--all') ? wanted : staleTargets(wanted));
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  requireNode();
  await main(command);
}
