/**
 * Where Node keeps what it compiled, and TypeScript without its types, from one process of the tests to the next.
 */
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './project.mjs';

/**
 * For NODE_COMPILE_CACHE: a process from source then starts in half the time, and tests start hundreds.
 *
 * @param {string} [folder]
 */
export function compileCache(folder = join(cache, 'compiled')) {
  // Tests that run a part as another user go without: who may write here may put code here.
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/**
 * The same for tests that run a part as another user, who may write there alone; undefined where that needs root.
 *
 * @param {number} uid
 */
export function compileCacheOf(uid) {
  if (process.geteuid?.() !== 0) return undefined;
  const folder = join(cache, `compiled-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, uid, uid);
  return folder;
}
