import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inProject } from '../../scripts/project.mjs';
import { targets } from '../../scripts/targets.mjs';

/** Whole instructions: a line that ends with a backslash goes on. */
const instructions = readFileSync(inProject('Dockerfile'), 'utf8')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line));
const of = (name: string) =>
  instructions.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
const ignored = readFileSync(inProject('.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const { name, version, bin, scripts } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));

describe('the container (written to be built elsewhere)', () => {
  test('is given every source that the package is built from, and nothing that is made', () => {
    expect(of('COPY')[0]).toBe('. .');
    const sources = targets.flatMap(({ folders }) => folders);
    for (const each of [
      ...sources,
      'scripts',
      'bin',
      'build',
      'package.json',
      'package-lock.json',
      'README.md',
      'LICENSE',
    ]) {
      expect(existsSync(inProject(each)), each).toBe(true);
      expect(ignored).not.toContain(each);
    }
    const untracked = readFileSync(inProject('.gitignore'), 'utf8').matchAll(/^(\w[\w-]*)\/$/gm);
    for (const [, made] of untracked) expect(ignored).toContain(made);
  });

  test('takes from the build what npm run package -- --npm makes there, and nothing else', () => {
    expect(of('RUN')[0]).toBe('npm run package -- --npm');
    expect(scripts).toHaveProperty('package');
    const taken = of('COPY').slice(1);
    expect(taken).toEqual(['--from=packed /pagescope/dist/pagescope-*.tgz /tmp/']);
    const pattern = new RegExp(
      `^${basename(taken[0]?.split(' ')[1] ?? '')
        .replaceAll('.', '\\.')
        .replace('*', '.*')}$`,
    );
    expect(`${name}-${version}.tgz`).toMatch(pattern);
  });

  test('runs the command as somebody who is not root', () => {
    expect(of('USER')).toEqual(['node']);
    expect(Object.keys(bin)).toEqual(JSON.parse(of('ENTRYPOINT')[0] ?? ''));
    expect(instructions.findIndex((line) => line.startsWith('USER'))).toBeGreaterThan(
      instructions.findLastIndex((line) => line.startsWith('RUN')),
    );
    const help = execFileSync(process.execPath, [inProject('bin', 'pagescope.mjs'), 'help'], { encoding: 'utf8' });
    for (const word of JSON.parse(of('CMD')[0] ?? '')) expect(help).toContain(`\n  ${word} `);
  });
});
