/**
 * Writes what each test did to the file PAGESCOPE_RESULTS, in the same shape as the Vitest reporter beside it.
 */
import { writeResults } from './results.mjs';

/** @typedef {import('./results.mjs').Result} Result */

/**
 * @param {import('@playwright/test/reporter').TestCase} test
 * @returns {Result}
 */
function resultOf(test) {
  const name = test.titlePath().filter(Boolean).join(' › ');
  const outcome = test.outcome();
  if (outcome === 'unexpected') return { name, status: 'failed' };
  if (outcome === 'flaky') return { name, status: 'passed', again: test.results[0]?.error?.message ?? 'no error told' };
  if (outcome === 'expected') return { name, status: 'passed' };
  const annotations = [...test.annotations, ...test.results.flatMap((result) => result.annotations)];
  const skip = annotations.find(({ type }) => type === 'skip' || type === 'fixme');
  return { name, status: 'skipped', reason: skip ? skip.description : 'an earlier failure kept it from running' };
}

export default class ResultsReporter {
  /** @type {import('@playwright/test/reporter').Suite | undefined} */
  #suite;
  #errorsOutside = 0;

  /**
   * @param {import('@playwright/test/reporter').FullConfig} _config
   * @param {import('@playwright/test/reporter').Suite} suite
   */
  onBegin(_config, suite) {
    this.#suite = suite;
  }

  /** A spec file that cannot be loaded, a fixture of a worker that throws: each counts as one that failed. */
  onError() {
    this.#errorsOutside += 1;
  }

  onEnd() {
    const outside = Array.from({ length: this.#errorsOutside }, () => 'an error outside any test');
    writeResults([
      ...(this.#suite?.allTests() ?? []).map(resultOf),
      ...outside.map((name) => ({ name, status: /** @type {const} */ ('failed') })),
    ]);
  }

  /** The list reporter prints; this one only writes. */
  printsToStdio() {
    return false;
  }
}
