/**
 * What tests did, in one shape for every runner.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * @typedef {object} Result
 * @property {string} name file and titles
 * @property {'passed' | 'failed' | 'skipped'} status
 * @property {string | undefined} [reason] why it was skipped
 * @property {string | undefined} [again] how it failed, where it passed when it was tried again
 */

/** @param {readonly Result[]} results */
export function writeResults(results) {
  const file = process.env.PAGESCOPE_RESULTS;
  if (file) writeFileSync(file, JSON.stringify(results));
}

/**
 * A runner that failed without a failed test (it crashed, it found no test) counts as one failure of its suite.
 *
 * @param {string} file
 * @param {string} suite
 * @param {number} status the runner's exit status
 * @returns {Result[]}
 */
export function readResults(file, suite, status) {
  /** @type {Result[]} */
  let results = [];
  try {
    results = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // It ended before it could write; the status below says so.
  }
  if (status !== 0 && !results.some((result) => result.status === 'failed')) {
    return [...results, { name: `${suite}: the runner ended with status ${status}`, status: 'failed' }];
  }
  return results;
}

/**
 * What skipped tests ask for, in one line: a reason that a package would take away ends with `(apt install NAME …)`.
 *
 * @param {readonly Result[]} skipped
 */
function packagesFor(skipped) {
  const asked = skipped.map(({ reason = '' }) => /\(apt install ([^()]+)\)/.exec(reason)?.[1]?.split(' ') ?? []);
  const names = [...new Set(asked.flat())].toSorted();
  const tests = asked.filter((each) => each.length > 0).length;
  const those = tests === 1 ? 'one of these tests runs' : `${tests} of these tests run`;
  return names.length > 0 ? [`On Debian ${those} after: apt install ${names.join(' ')}`] : [];
}

/**
 * The end of every test run: what was skipped and why, what passed only when it was tried again, what failed, and the
 * total as the last line.
 *
 * @param {readonly Result[]} results
 */
export function summary(results) {
  const of = (/** @type {Result['status']} */ status) => results.filter((result) => result.status === status);
  const [passed, failed, skipped] = [of('passed'), of('failed'), of('skipped')];
  const again = passed.filter((result) => result.again !== undefined);
  return [
    ...(skipped.length > 0 ? ['Skipped:'] : []),
    ...skipped.map(({ name, reason }) => `  ${name}: ${reason ?? 'no reason given'}`),
    ...packagesFor(skipped),
    ...(again.length > 0 ? ['Passed when they were tried again:'] : []),
    ...again.map(({ name, again }) => `  ${name}: ${again?.split('\n', 1)[0]}`),
    ...(failed.length > 0 ? ['Failed:'] : []),
    ...failed.map(({ name }) => `  ${name}`),
    `${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`,
  ].join('\n');
}
