import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin } from '../support/pagescope.ts';
import { nobody } from '../support/users.ts';

const isRoot = process.geteuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'pagescope-surroundings-'));
beforeAll(() => {
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'forbidden'), { mode: 0o700 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is done in a shell before the command; `$@` is the command. */
const surroundings: Readonly<Record<string, string>> = {
  'a TMPDIR that cannot be written to': 'TMPDIR=/proc/sys exec "$@"',
  'a TMPDIR that is not there': 'TMPDIR=/nonexistent exec "$@"',
  'a working folder that was deleted': 'mkdir gone && cd gone && rmdir ../gone && exec "$@"',
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
  ['run', 'first-touch', '--set', 'pages=4', '--json', '--placement', 'isolated'],
  ['run', 'secret-page', '--json'],
  ['run', 'lock-everything', '--json'],
  ['conformance', 'mincore', 'mlock', 'madvise', '--json'],
] as const;

describe.each(Object.entries(surroundings))('with %s', (_name, before) => {
  it.each(commands.map((words) => [words.join(' '), words] as const))('%s blames nobody wrongly', (_words, words) => {
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary, { recursive: true });
    if (isRoot) chmodSync(temporary, 0o1777);
    const { status, signal, stderr } = spawnSync('sh', ['-c', before, 'sh', process.execPath, bin, ...words], {
      cwd: folder,
      env: { ...process.env, TMPDIR: temporary },
      encoding: 'utf8',
      timeout: 30_000,
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
});
