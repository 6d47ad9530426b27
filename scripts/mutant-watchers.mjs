/**
 * The tests that can notice a slip, the quick and near ones first.
 */
import { readFileSync } from 'node:fs';
import { basename, extname, relative } from 'node:path';
import { createVitest } from 'vitest/node';
import { inProject, root } from './project.mjs';
import { targets } from './targets.mjs';

/** @typedef {import('./scratch-copy.mjs').ScratchCopy} ScratchCopy */

const projects = ['unit*', 'conformance'];

/** Tests that run what is built, by the target. Those of the renderer are Playwright's. */
const testsOfBuild = { cli: 'test/cli/', electron: 'test/electron/' };

const vitest = (/** @type {readonly string[]} */ tests) => [
  'node_modules/vitest/vitest.mjs',
  'run',
  ...projects.map((name) => `--project=${name}`),
  ...['default', inProject('scripts', 'vitest-reporter.mjs')].map((name) => `--reporter=${name}`),
  '--bail=1',
  ...tests,
];

const playwright = [
  ...['node_modules/@playwright/test/cli.js', 'test', '--project=browser', '-x'],
  `--reporter=${inProject('scripts', 'playwright-reporter.mjs')}`,
];

/** @type {(file: string) => string[]} */
const targetsOf = (file) =>
  targets.flatMap(({ name, folders }) => (folders.some((folder) => file.startsWith(`${folder}/`)) ? [name] : []));

/**
 * Those that import a file, whatever lies between; those below the folder in test/ that mirrors its own, whose child
 * processes may run it; and those that run what is built from it.
 *
 * @param {readonly string[]} files
 * @returns {Promise<Map<string, string[]>>}
 */
async function testsOf(files) {
  const context = await createVitest('test', { watch: false, project: projects, reporters: [] });
  try {
    const paths = (/** @type {readonly { moduleId: string }[]} */ tests) =>
      tests.map(({ moduleId }) => relative(root, moduleId));
    const all = paths(await context.globTestSpecifications());
    /** @type {Map<string, string[]>} */
    const found = new Map();
    for (const file of files) {
      context.config.related = [inProject(file)];
      const folders = [
        `test/${file.slice(0, file.indexOf('/') + 1)}`,
        ...Object.entries(testsOfBuild).flatMap(([name, folder]) => (targetsOf(file).includes(name) ? folder : [])),
      ];
      const importing = paths(await context.getRelevantTestSpecifications());
      const below = all.filter((test) => folders.some((folder) => test.startsWith(folder)));
      found.set(file, [...new Set([...importing, ...below])]);
    }
    return found;
  } finally {
    await context.close();
  }
}

const usesBuild = (/** @type {string} */ test) => Object.values(testsOfBuild).some((folder) => test.startsWith(folder));

/** @type {(test: string, file: string) => boolean} */
function isNear(test, file) {
  const name = basename(file);
  const text = readFileSync(inProject(test), 'utf8');
  return basename(test).startsWith(`${basename(name, extname(name))}.test.`) || text.includes(`/${name}'`);
}

/**
 * A command, and the name that stands for it when it fails as a whole.
 *
 * @typedef {{ name: string, command: readonly string[] }} Step
 */

const unit = (/** @type {readonly string[]} */ tests) => ({ name: 'unit', command: vitest(tests) });
const build = (/** @type {readonly string[]} */ names) => ({ name: 'build', command: ['scripts/build.mjs', ...names] });

export class Watchers {
  /** Test files that pass without a slip, and those that fail: the latter would notice everything. */
  #sound = new Set();
  #failing = new Set();
  /** How long it took to see no failure, by what ran. */
  #tookMs = new Map();

  /**
   * @param {ScratchCopy} copy
   * @param {ReadonlyMap<string, readonly string[]>} tests by source
   * @param {boolean} e2e
   */
  constructor(copy, tests, e2e) {
    this.copy = copy;
    this.tests = tests;
    this.e2e = e2e;
  }

  /** @param {ScratchCopy} copy @param {readonly string[]} files @param {boolean} e2e */
  static async of(copy, files, e2e) {
    return new Watchers(copy, await testsOf(files), e2e);
  }

  /** @param {string} file */
  anyFor(file) {
    return this.e2e || this.tests.get(file)?.some((test) => !this.#failing.has(test));
  }

  /** @param {string} file @returns {readonly (readonly Step[])[]} steps that go together, one after the other */
  #stages(file) {
    const tests = (this.tests.get(file) ?? []).filter((test) => !this.#failing.has(test));
    const built = tests.filter(usesBuild);
    const near = tests.filter((test) => !usesBuild(test) && isNear(test, file));
    const far = tests.filter((test) => !usesBuild(test) && !near.includes(test));
    const needed = targetsOf(file).filter((name) => name in testsOfBuild);
    return [
      [{ name: 'types', command: ['node_modules/typescript/bin/tsc', '-b'] }],
      ...(near.length > 0 ? [[unit(near)]] : []),
      ...(far.length > 0 ? [[unit(far)]] : []),
      ...(built.length > 0 ? [[build(needed), unit(built)]] : []),
      ...(this.e2e ? [[build([]), { name: 'e2e', command: playwright }]] : []),
    ];
  }

  /** @param {readonly Step[]} steps @returns {Promise<string | undefined>} the first failure */
  async #failureOf(steps) {
    for (const { name, command } of steps) {
      const key = command.join(' ');
      const started = performance.now();
      // A slip can loop for ever; what ran without a failure before tells how long it takes.
      const results = await this.copy.run(name, command, 30_000 + 3 * (this.#tookMs.get(key) ?? 90_000));
      const failed = results.find(({ status }) => status === 'failed');
      if (failed) return failed.name;
      this.#tookMs.set(key, performance.now() - started);
    }
    return undefined;
  }

  /**
   * Whether a failure is the slip's: its test passes without it.
   *
   * @param {string} file
   * @param {string} source without the slip
   * @param {string} failure
   */
  async #isSound(file, source, failure) {
    const test = failure.split(' › ')[0] ?? '';
    if (!this.tests.get(file)?.includes(test) || this.#sound.has(test)) return true;
    const slipped = this.copy.replace(file, source);
    const steps = usesBuild(test) ? [build(targetsOf(file)), unit([test])] : [unit([test])];
    const fails = (await this.#failureOf(steps)) !== undefined;
    this.copy.replace(file, slipped);
    if (fails) console.log(`${test} is left out: it fails without a slip`);
    (fails ? this.#failing : this.#sound).add(test);
    return !fails;
  }

  /**
   * @param {string} file in the copy, with a slip
   * @param {string} source without it
   * @returns {Promise<string | undefined>} what failed first
   */
  async whoNotices(file, source) {
    for (let done = 0; ; done++) {
      const stage = this.#stages(file)[done];
      if (stage === undefined) return undefined;
      const failure = await this.#failureOf(stage);
      if (this.copy.stopped) return undefined;
      if (failure === undefined) continue;
      if (await this.#isSound(file, source, failure)) return failure;
      // Once more, without the test file that always fails.
      done--;
    }
  }
}
