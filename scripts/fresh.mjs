/**
 * What is stale among the targets, and a build of just that. Nothing here needs a package: a second start reads the
 * sources, finds them unchanged and never loads the bundler.
 */
import { existsSync } from 'node:fs';
import { nodePath, run } from './children.mjs';
import { inProject, Refusal } from './project.mjs';
import { hashOf, readStamp } from './stamp.mjs';
import { targets } from './targets.mjs';

/** @typedef {import('./targets.mjs').Target} Target */

/** The lock file stands for every package, the other two for how the parts are put together. */
const common = ['package-lock.json', 'scripts/targets.mjs', 'tsconfig.base.json'];

/** @param {Target} target */
export const stampOf = (target) => inProject('out', '.stamps', target.name);

/** @param {Target} target */
export const inputsHash = (target) => hashOf([...target.folders, ...common].map((path) => inProject(path)));

/** @param {Target} target */
function isFresh(target) {
  const there = target.outputs.every((output) => existsSync(inProject('out', output)));
  return there && readStamp(stampOf(target)) === inputsHash(target);
}

/**
 * @param {readonly Target[]} [wanted]
 * @returns {readonly Target[]} those that have to be built
 */
export const staleTargets = (wanted = targets) => wanted.filter((target) => !isFresh(target));

/** Builds what is stale, in its own process that has the Node the bundler needs. */
export async function ensureBuilt() {
  const stale = staleTargets();
  if (stale.length === 0) return;
  const status = await run(nodePath(), [inProject('scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Refusal('The build failed: its message above says where; nothing was started.');
}
