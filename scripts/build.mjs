/**
 * `npm run build`: makes what is stale, into `out/`. With names of targets only those, with `--all` fresh ones too.
 */
import { ensureRuntime } from './children.mjs';
import { inputsHash, staleTargets, stampOf } from './fresh.mjs';
import { ensureInstalled } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { writeNotices } from './notices.mjs';
import { main, Refusal } from './project.mjs';
import { writeStamp } from './stamp.mjs';
import { targets } from './targets.mjs';

/** @param {import('./targets.mjs').Target} target */
async function build(target) {
  // The hash is taken first: a file saved during the build leaves the target stale.
  const hash = inputsHash(target);
  const vite = await import('vite');
  for (const config of target.builds()) await vite.build(config);
  writeStamp(stampOf(target), hash);
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

requireNode();
// Vite builds React for development when it is anything else, as it is in a build that a test asks for.
process.env.NODE_ENV = 'production';
await main(async (args) => {
  const named = namedTargets(args.filter((arg) => arg !== '--all'));
  await ensureInstalled();
  await ensureRuntime();
  const wanted = args.includes('--all') ? named : staleTargets(named);
  if (wanted.length > 0) console.error(`Building ${wanted.map(({ name }) => name).join(', ')} …`);
  for (const target of wanted) await build(target);
  writeNotices();
  return 0;
});
