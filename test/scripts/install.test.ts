import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inProject } from '../../scripts/project.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagescope-install-'));
  for (const name of ['install', 'children', 'project', 'stamp'])
    cpSync(inProject('scripts', `${name}.mjs`), join(folder, 'scripts', `${name}.mjs`));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'package-lock.json'), '{ "packages": {} }');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'scripts', 'try.mjs'),
    `import { ensureInstalled } from './install.mjs';
     import { main } from './project.mjs';
     await main(async () => { await ensureInstalled(); return 0; });`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Installs with a program in npm's place; without one there is no npm. */
function install(npm: string | undefined, env: NodeJS.ProcessEnv) {
  if (npm !== undefined) {
    writeFileSync(join(folder, 'bin', 'npm'), `#!/bin/sh\n${npm}\n`);
    chmodSync(join(folder, 'bin', 'npm'), 0o755);
  }
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'scripts', 'try.mjs')], {
    encoding: 'utf8',
    env: { HOME: folder, PATH: join(folder, 'bin'), ...env },
  });
  return { status, lines: stderr.trim().split('\n') };
}

describe('the first installation', () => {
  test('tells that it begins, and how long it took', () => {
    const { status, lines } = install('exit 0', {});
    expect(lines).toEqual([
      expect.stringMatching(/^Installing the packages of package-lock\.json \(npm ci: .+\) …$/),
      expect.stringMatching(/^Installed after \d+ s\.$/),
    ]);
    expect(status).toBe(0);
  });

  test('names the variables that sent npm to a proxy, and not what they hold', () => {
    const { status, lines } = install('echo npm says why >&2; exit 7', { HTTPS_PROXY: 'http://me:secret@127.0.0.1:9' });
    expect(status).toBe(3);
    expect(lines.slice(1)).toEqual([
      'npm says why',
      'npm ci ended with status 7: its message above says why. It needs a package registry, this once. HTTPS_PROXY sent it to a proxy: is that the right one? The same command tries again.',
    ]);
  });

  test('blames no registry when it is interrupted', () => {
    const { status, lines } = install('kill -INT $$', {});
    expect(status).toBe(130);
    expect(lines.at(-1)).toBe('The installation was interrupted: the same command does it again.');
  });

  test('says how to name a proxy where none is', () => {
    expect(install('exit 1', {}).lines.at(-1)).toContain("Behind a proxy, set HTTPS_PROXY, or 'npm config set");
  });

  test('goes on where the home takes no cache, and leaves none elsewhere', () => {
    const seen = join(folder, 'seen');
    const env = { HOME: '/nonexistent', npm_config_cache: '/nonexistent/.npm' };
    expect(install(`echo "$npm_config_cache" > ${seen}; [ -d "$npm_config_cache" ]`, env).status).toBe(0);
    const cache = readFileSync(seen, 'utf8').trim();
    expect(cache).toContain('pagescope-npm-');
    expect(existsSync(cache)).toBe(false);
  });

  test('leaves npm its own cache where that can be written', () => {
    const seen = join(folder, 'seen');
    install(`echo "$npm_config_cache" > ${seen}`, {});
    expect(readFileSync(seen, 'utf8')).toBe('\n');
  });

  test('says so where there is no npm', () => {
    const { status, lines } = install(undefined, {});
    expect(status).toBe(3);
    expect(lines.at(-1)).toMatch(/^npm could not be started \(.*ENOENT.*\): install it, it comes with Node\.$/);
  });
});
