/**
 * The sources that slips are put into, as Git tells them.
 */
import { execFileSync } from 'node:child_process';
import { Refusal, root } from './project.mjs';

/** @type {(...args: string[]) => string[]} */
const git = (...args) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .split(/[\0\n]/)
    .filter((line) => line !== '');

/** Every file that a clone would have, and those that are not committed yet. */
export const allFiles = (/** @type {string[]} */ ...paths) =>
  git('ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths);

const isSource = (/** @type {string} */ file) =>
  /\.(ts|tsx|mjs)$/.test(file) && !/^test\/|\.d\.ts$|\.config\.ts$/.test(file);

/** Where this branch left `main`; on `main` itself, or without one, the commit before the last. */
function start() {
  for (const branch of ['main', 'origin/main']) {
    try {
      const [base = ''] = git('merge-base', 'HEAD', branch);
      if (base !== git('rev-parse', 'HEAD')[0]) return base;
    } catch {
      // There is no such branch here.
    }
  }
  return 'HEAD~1';
}

/**
 * @param {readonly string[]} paths files or folders; none: what changed since the branch's start, committed or not
 * @returns {string[]} from the project's folder
 */
export function mutableFiles(paths) {
  const changed = () => [
    ...git('diff', '--name-only', '--diff-filter=d', '-z', start()),
    ...git('ls-files', '-z', '--others', '--exclude-standard'),
  ];
  const files = (paths.length === 0 ? changed() : allFiles(...paths)).filter(isSource);
  if (files.length > 0) return files;
  const where = paths.length === 0 ? 'The last change touches' : `${paths.join(', ')} holds`;
  throw new Refusal(
    `${where} no source that slips can be put into (.ts, .tsx, .mjs outside test/): name another path.`,
    2,
  );
}
