/**
 * `npm test`: installs, builds, runs every suite even when one fails, and ends with the total over all of them.
 */
import { ensureRuntime } from './children.mjs';
import { ensureBuilt } from './fresh.mjs';
import { ensureInstalled } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { main, Refusal } from './project.mjs';
import { summary } from './results.mjs';
import { suites } from './suites.mjs';

/** @typedef {import('./results.mjs').Result} Result */

const help = `npm test [-- suite…] [filter…]
${suites.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}
Without a suite all run but kernels. What follows the suites goes to their runners: paths, or options such as -t 'a name'
(Vitest) and -g 'a name' (Playwright). One test: npm test -- unit test/protocol/frame.test.ts`;

/** @param {readonly string[]} args */
function chosen(args) {
  const known = (/** @type {string} */ arg) => suites.some(({ name }) => name === arg);
  const end = args.findIndex((arg) => !known(arg));
  const names = end === -1 ? args : args.slice(0, end);
  const filters = end === -1 ? [] : args.slice(end);
  if (names.length === 0 && filters.length > 0) {
    const all = suites.map(({ name }) => name).join(', ');
    throw new Refusal(`'${filters[0]}' isn't a suite: name one of ${all} before what is passed on to it.`, 2);
  }
  return { wanted: suites.filter(({ name, optIn }) => (names.length === 0 ? !optIn : names.includes(name))), filters };
}

/**
 * @returns {Promise<Result[]>} one failure when the build breaks: the suites that need no build still tell something
 */
async function built() {
  try {
    await ensureBuilt();
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [{ name: 'build', status: 'failed' }];
  }
}

/**
 * A suite that refuses to run (a variable names a file that is not there) says why and counts as one failure.
 *
 * @param {import('./suites.mjs').Suite} suite
 * @param {readonly string[]} filters
 */
async function runSuite(suite, filters) {
  console.log(`\n── ${suite.name}: ${suite.about}`);
  const started = performance.now();
  const results = await suite.run(filters).catch((error) => {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
    return [{ name: suite.name, status: /** @type {const} */ ('failed') }];
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const failed = results.some(({ status }) => status === 'failed');
  console.log(`── ${suite.name} ${failed ? 'FAILED' : 'done'} after ${seconds} s`);
  return results;
}

requireNode();
await main(async (args) => {
  const { wanted, filters } = chosen(args);
  await ensureInstalled();
  await ensureRuntime();
  const results = await built();
  for (const suite of wanted) results.push(...(await runSuite(suite, filters)));
  console.log(`\n${summary(results)}`);
  return results.some(({ status }) => status === 'failed') ? 1 : 0;
}, help);
