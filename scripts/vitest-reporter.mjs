/**
 * Writes what each test did to the file PAGESCOPE_RESULTS. Vitest's own JSON reporter leaves out why a test was
 * skipped.
 */
import { writeResults } from './results.mjs';

/** @typedef {import('./results.mjs').Result} Result */

/**
 * @param {import('vitest/node').TestCase} test
 * @returns {Result}
 */
function resultOf(test) {
  const name = `${test.module.relativeModuleId} › ${test.fullName.replaceAll(' > ', ' › ')}`;
  const result = test.result();
  if (result.state === 'skipped') return { name, status: 'skipped', reason: result.note };
  if (result.state !== 'passed') return { name, status: 'failed' };
  return { name, status: 'passed', again: test.diagnostic()?.flaky ? result.errors?.[0]?.message : undefined };
}

/**
 * A file that cannot be loaded and a hook that throws have no test to blame: each counts as one that failed.
 *
 * @param {import('vitest/node').TestModule} module
 * @returns {Result[]}
 */
function withoutTest(module) {
  const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  const broken = [
    ...(module.errors().length > 0 ? [module.relativeModuleId] : []),
    ...suites.map((suite) => `${module.relativeModuleId} › ${suite.fullName}`),
  ];
  return broken.map((name) => ({ name, status: 'failed' }));
}

export default class ResultsReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    writeResults([
      ...modules.flatMap((module) => [...withoutTest(module), ...[...module.children.allTests()].map(resultOf)]),
      ...unhandled.map(() => ({ name: 'an error outside any test', status: /** @type {const} */ ('failed') })),
    ]);
  }
}
