import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bin } from '../support/pagescope.ts';
import { pathWithoutGcore } from '../support/secrets.ts';
import { nobody } from '../support/users.ts';

const isRoot = process.geteuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'pagescope-surroundings-'));
/** The one that gdb itself has something to say of. */
const deleted = 'a working folder that was deleted';

/** For one command, on a machine that does much else. */
const patienceMs = 100_000;

beforeAll(() => {
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'forbidden'), { mode: 0o700 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is done in a shell before the command; `$@` is the command. */
const surroundings: Readonly<Record<string, string>> = {
  'a TMPDIR that cannot be written to': 'TMPDIR=/proc/sys exec "$@"',
  'a TMPDIR that is not there': 'TMPDIR=/nonexistent exec "$@"',
  [deleted]: 'mkdir gone && cd gone && rmdir ../gone && exec "$@"',
  'a working folder of somebody else': isRoot ? `cd forbidden && HOME=/ exec ${nobody.join(' ')} "$@"` : 'exec "$@"',
  'room for few files': 'ulimit -n 24 && exec "$@"',
  'room for hardly any file': 'ulimit -n 22 && exec "$@"',
  'room for small files alone': 'ulimit -f 8 && exec "$@"',
  'no HOME': 'unset HOME && exec "$@"',
  'a closed standard output': 'exec "$@" >&-',
};

const commands = [
  ['--version'],
  ['doctor'],
  ['run', 'first-touch', '--set', 'pages=4', '--json'],
  ['run', 'file-cache', '--set', 'pages=64', '--json'],
  ['run', 'fork', '--json'],
  ['run', 'secret-page', '--json'],
  ['conformance', 'mincore', 'mlock', 'madvise', '--json'],
] as const;

/** What differs from the others where files are few: folders are nothing to it. */
const ofFiles = [
  ['run', 'first-touch', '--set', 'pages=4', '--json', '--placement', 'isolated'],
  ['run', 'lock-everything', '--json'],
] as const;

const cases = Object.entries(surroundings).flatMap(([name, before]) =>
  [...commands, ...(before.includes('ulimit') ? ofFiles : [])].map(
    (words) => [name, words.join(' '), before, words] as const,
  ),
);

it.each(cases)('with %s %s blames nobody wrongly', { timeout: patienceMs + 10_000 }, (name, _words, before, words) => {
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  if (isRoot) chmodSync(temporary, 0o1777);
  const PATH = name === deleted ? process.env.PATH : pathWithoutGcore;
  const { status, signal, stderr } = spawnSync('sh', ['-c', before, 'sh', process.execPath, bin, ...words], {
    cwd: folder,
    env: { ...process.env, PATH, TMPDIR: temporary },
    encoding: 'utf8',
    timeout: patienceMs,
  });
  expect(stderr).not.toMatch(/made a mistake/);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect({ signal, status: [0, 2, 3, 5].includes(status ?? -1) ? 'known' : status, stderr }).toMatchObject({
    signal: null,
    status: 'known',
  });
  // A refusal is one sentence on standard error.
  if (status === 3) expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(readdirSync(temporary)).toEqual([]);
});
