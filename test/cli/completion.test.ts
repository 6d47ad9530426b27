import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findOnPath } from '../../scripts/electron-binary.mjs';
import { bin, pagescope } from '../support/pagescope.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagescope-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shells = ['bash', 'zsh', 'fish'];
const script = (shell: string) => join(folder, `pagescope.${shell}`);
beforeAll(() => {
  for (const shell of shells) {
    writeFileSync(script(shell), execFileSync(process.execPath, [bin, 'completion', shell], { env: { LC_ALL: 'C' } }));
  }
});

/** What bash offers for the last of these words. */
function offered(...words: readonly string[]): readonly string[] {
  const typed = ['pagescope', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `. ${script('bash')}; COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _pagescope
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', ask], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('pagescope completion', () => {
  it('lets bash complete commands, experiments, calls, options and their values', () => {
    expect(offered('re')).toEqual(['recordings']);
    expect(offered('run', 'lock-')).toEqual(['lock-range', 'lock-on-fault', 'lock-everything', 'lock-limit']);
    expect(offered('conformance', 'mincore', 'mlock')).toEqual(['mlock', 'mlock2', 'mlockall']);
    expect(offered('run', '--pl')).toEqual(['--placement']);
    expect(offered('export', 'a.pagescope', '--format', 'm')).toEqual(['md']);
    expect(offered('--lang', 'zh', 'doctor', '--fix', 'u')).toEqual(['ulimit', 'user-service', 'unlock-first']);
    expect(offered('serve', '--port', '')).toEqual([]);
  });

  it('lets bash complete the names of files where a file is wanted', () => {
    const files = ['pagescope.bash'];
    for (const words of [['export'], ['open'], ['serve'], ['compare', 'a'], ['run', 'pool', '--record']])
      expect(offered(...words, 'pagescope.b'), words.join(' ')).toEqual(files);
    expect(offered('doctor', 'pagescope.b')).toEqual([]);
  });

  it.for(shells)('writes what %s can read', (shell, { skip }) => {
    if (findOnPath([shell]) === undefined) skip(`${shell} is not installed (apt install ${shell})`);
    const { stderr, status } = spawnSync(shell, ['-n', script(shell)], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  it('of a shell that it does not know: status 2', async () => {
    const { stdout, stderr, status } = await pagescope(['completion', 'csh']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toContain('Allowed choices are bash, zsh, fish.');
  });
});

describe('pagescope manual', () => {
  it('tells of every command and of every option that the help tells of', async () => {
    const { stdout: help } = await pagescope(['help']);
    const commands = [...help.matchAll(/^ {2}(\w+) .*/gm)].map(([, name = '']) => name);
    const { stdout: page } = await pagescope(['manual']);
    const shown = page.replaceAll('\\-', '-');
    expect(commands).toContain('manual');
    for (const name of commands) {
      expect(shown).toMatch(new RegExp(`^\\.SS "${name}\\b`, 'm'));
      const { stdout } = await pagescope(['help', name]);
      for (const [option] of stdout.matchAll(/(?<=^ {2}(?:-\w, )?)--[\w-]+/gm)) expect(shown).toContain(option);
    }
  });

  it('is the same in every language and on every terminal, as one that is packed has to be', async () => {
    const { stdout } = await pagescope(['manual'], { LANG: 'zh_CN.UTF-8', COLUMNS: '40' });
    expect(stdout).toBe((await pagescope(['manual'])).stdout);
  });

  it('is a page that man shows without a warning', async ({ skip }) => {
    if (findOnPath(['groff']) === undefined) skip('groff is not installed (apt install groff)');
    const { stdout: page } = await pagescope(['manual']);
    const { stdout, stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8'], { input: page, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toContain('see memory page by page');
  });
});
