/**
 * `npm run mutants`: puts small slips into a copy of the project, one at a time, and shows those that no test noticed.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureRuntime } from './children.mjs';
import { ensureBuilt } from './fresh.mjs';
import { ensureInstalled } from './install.mjs';
import { mutableFiles } from './mutable-files.mjs';
import { requireNode } from './node-version.mjs';
import { inProject, main, Refusal } from './project.mjs';
import { ScratchCopy } from './scratch-copy.mjs';

/** @typedef {import('./mutations.mjs').Mutation & { file: string }} Mutant */

const help = `npm run mutants [-- path…] [--count N | --all] [--seed N] [--e2e]
Puts small slips (a flipped comparison, a dropped await, an emptied text) into the sources that changed since the branch
left main (on main: since the commit before the last), or that lie at the paths; runs the tests that can notice each;
shows those that none noticed. Without --all, N are tried (20), as the seed decides. --e2e also asks Playwright, minutes
for each. It happens in a copy of the project; but slips run with your rights, and may fill memory or delete files.`;

/** @type {(text: string | undefined, otherwise: number, option: string) => number} */
function wholeNumber(text, otherwise, option) {
  if (text !== undefined && !/^\d+$/.test(text)) throw new Refusal(`--${option} ${text} is not a whole number.`, 2);
  return text === undefined ? otherwise : Number(text);
}

/** @param {string[]} args */
function optionsOf(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const options = { count: text, seed: text, all: flag, e2e: flag };
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const count = values.all ? Number.POSITIVE_INFINITY : wholeNumber(values.count, 20, 'count');
    return { count, seed: wholeNumber(values.seed, Date.now() % 100_000, 'seed'), e2e: values.e2e, paths: positionals };
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(`${error instanceof Error ? error.message : error}`, 2);
  }
}

/**
 * The line that a slip changed, before and after.
 *
 * @type {(before: string, after: string, at: number) => { line: number, diff: string }}
 */
function shown(before, after, at) {
  const line = before.slice(0, at).split('\n').length;
  const [old, now] = [before, after].map((source) => source.split('\n')[line - 1]?.trim() ?? '');
  return { line, diff: `    - ${old}\n    + ${now}` };
}

requireNode();
await main(async (args) => {
  const { count, seed, e2e, paths } = optionsOf(args);
  await ensureInstalled();
  await ensureRuntime();
  const files = mutableFiles(paths);
  await ensureBuilt();
  const { applied, chosen, mutationsOf } = await import('./mutations.mjs');
  const { Watchers } = await import('./mutant-watchers.mjs');

  const sourceOf = (/** @type {string} */ file) => readFileSync(inProject(file), 'utf8');
  const possible = files.flatMap((file) => mutationsOf(sourceOf(file), file).map((one) => ({ ...one, file })));
  const mutants = chosen(possible, count, seed);
  const of = mutants.length === possible.length ? '' : ` of the ${possible.length} possible`;
  const copy = new ScratchCopy();
  console.log(`${mutants.length}${of} slips in ${files.length} files, seed ${seed}`);

  const watchers = await Watchers.of(copy, [...new Set(mutants.map(({ file }) => file))], e2e);
  /** @type {string[]} */
  const survived = [];
  let [tried, unwatched] = [0, 0];
  for (const { file, slip, ...mutation } of mutants) {
    if (copy.stopped) break;
    const before = sourceOf(file);
    const after = applied({ slip, ...mutation }, before);
    const { line, diff } = shown(before, after, mutation.start);
    copy.replace(file, after);
    const by = await watchers.whoNotices(file, before);
    copy.replace(file, before);
    if (copy.stopped) break;
    tried++;
    if (by === undefined) survived.push(`  ${file}:${line}: ${slip}\n${diff}`);
    if (by === undefined && !watchers.anyFor(file)) unwatched++;
    console.log(`${by === undefined ? 'SURVIVED' : 'noticed '}  ${file}:${line}: ${slip}${by ? `  (${by})` : ''}`);
  }
  if (survived.length > 0) console.log(`\nSurvived:\n${survived.join('\n')}`);
  if (unwatched > 0)
    console.log(`\n${unwatched} of them are in files that no test reaches${e2e ? '' : ' (try --e2e)'}.`);
  console.log(`\n${tried - survived.length} noticed, ${survived.length} survived of ${tried} tried, seed ${seed}`);
  // A survivor may change nothing that anyone sees: to judge that is yours.
  return copy.stopped ? 130 : 0;
}, help);
