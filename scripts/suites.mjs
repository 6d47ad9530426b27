/**
 * The suites of `npm test`, each a command whose results are counted.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodePath, run } from './children.mjs';
import { chromiumOrWhy } from './chromium.mjs';
import { findElectron, findOnPath, hasDisplay } from './electron-binary.mjs';
import { inProject } from './project.mjs';
import { readResults } from './results.mjs';

/** @typedef {import('./results.mjs').Result} Result */

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {string} about
 * @property {(filters: readonly string[]) => Promise<Result[]>} run
 * @property {boolean} [optIn] runs only when it is named
 */

const resultsFolder = inProject('out', 'test-results');

/**
 * A tool that passes or fails as a whole counts as one test.
 *
 * @param {string} name
 * @param {readonly string[]} args of Node
 */
async function asOneTest(name, args) {
  const status = await run(nodePath(), args);
  return [{ name, status: status === 0 ? /** @type {const} */ ('passed') : /** @type {const} */ ('failed') }];
}

/**
 * A runner with our reporter.
 *
 * @param {string} name
 * @param {readonly string[]} command the program and its arguments
 */
async function counted(name, [program = '', ...args]) {
  const file = join(resultsFolder, `${name}.json`);
  mkdirSync(resultsFolder, { recursive: true });
  rmSync(file, { force: true });
  const status = await run(program, args, { env: { ...process.env, PAGESCOPE_RESULTS: file } });
  return readResults(file, name, status);
}

/**
 * @param {string} name what the names of its projects in vitest.config.ts begin with
 * @param {readonly string[]} filters
 */
const vitest = (name, filters) =>
  counted(name, [
    nodePath(),
    inProject('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    `--project=${name}*`,
    '--reporter=default',
    `--reporter=${inProject('scripts', 'vitest-reporter.mjs')}`,
    ...filters,
  ]);

/**
 * @param {string} project a project of playwright.config.ts
 * @param {readonly string[]} filters
 * @param {readonly string[]} [wrapper] what the command is run by
 */
const playwright = (project, filters, wrapper = []) =>
  counted(`e2e-${project}`, [
    ...wrapper,
    nodePath(),
    inProject('node_modules', '@playwright', 'test', 'cli.js'),
    'test',
    `--project=${project}`,
    `--reporter=list,${inProject('scripts', 'playwright-reporter.mjs')}`,
    ...filters,
  ]);

/**
 * @param {string} name
 * @param {string} reason
 * @returns {Result[]}
 */
function didNotRun(name, reason) {
  console.log(`${name} did not run: ${reason}`);
  return [{ name, status: 'skipped', reason }];
}

/** @param {readonly string[]} filters */
async function inBrowser(filters) {
  const chromium = chromiumOrWhy();
  return 'why' in chromium ? didNotRun('e2e in Chromium', chromium.why) : await playwright('browser', filters);
}

/** @param {readonly string[]} filters */
async function inElectron(filters) {
  const name = 'e2e in Electron';
  if (findElectron() === undefined) {
    return didNotRun(name, "Electron's binary is not here (set PAGESCOPE_ELECTRON, or let npm start fetch it)");
  }
  if (hasDisplay()) return await playwright('electron', filters);
  const xvfb = findOnPath(['xvfb-run']);
  if (xvfb === undefined) return didNotRun(name, 'there is no display and no xvfb-run (apt install xvfb xauth)');
  return await playwright('electron', filters, [xvfb, '-a', '-s', '-screen 0 1600x1100x24']);
}

/** @type {readonly Suite[]} */
export const suites = [
  {
    name: 'types',
    about: 'tsc over all floors (one test)',
    run: () => asOneTest('types', [inProject('node_modules', 'typescript', 'bin', 'tsc'), '-b']),
  },
  {
    name: 'lint',
    about: 'biome: rules, format, order of imports; the width of comments and prose (two tests)',
    run: async () => [
      ...(await asOneTest('lint', [inProject('node_modules', '@biomejs', 'biome', 'bin', 'biome'), 'ci', '.'])),
      ...(await asOneTest('width of comments and prose', [inProject('scripts', 'comment-width.mjs')])),
    ],
  },
  { name: 'unit', about: 'everything below test/ that is not named here', run: (filters) => vitest('unit', filters) },
  {
    name: 'conformance',
    about: "the kernel's rules, on this machine",
    run: (filters) => vitest('conformance', filters),
  },
  { name: 'package', about: 'what the packaged app holds', run: (filters) => vitest('package', filters) },
  {
    name: 'e2e',
    about: 'the app in Chromium, and in Electron where its binary is',
    run: async (filters) => [...(await inBrowser(filters)), ...(await inElectron(filters))],
  },
  {
    name: 'kernels',
    about: "Debian's kernels in virtual machines: an hour in emulation, so only when it is named",
    run: (filters) => vitest('kernels', filters),
    optIn: true,
  },
];
