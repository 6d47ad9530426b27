import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inProject } from '../../scripts/project.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagescope-fetch-'));
  for (const name of ['electron-binary', 'children', 'project'])
    cpSync(inProject('scripts', `${name}.mjs`), join(folder, 'scripts', `${name}.mjs`));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const electron = join(folder, 'node_modules', 'electron');
  mkdirSync(electron, { recursive: true });
  writeFileSync(join(electron, 'package.json'), '{ "version": "1.0.0" }');
  // In the downloader's place. Node asks a proxy only where this variable says so.
  writeFileSync(join(electron, 'install.js'), 'console.error("Error: asked", process.env.NODE_USE_ENV_PROXY);');
  const script = `import { fetchElectron } from './electron-binary.mjs'; console.log((await fetchElectron()).why);`;
  writeFileSync(join(folder, 'scripts', 'try.mjs'), script);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Why Electron could not be fetched. */
function why(env: NodeJS.ProcessEnv): string {
  const options = { encoding: 'utf8', env: { HOME: folder, PATH: '', ...env } } as const;
  return spawnSync(process.execPath, [join(folder, 'scripts', 'try.mjs')], options).stdout.trim();
}

describe('fetching Electron', () => {
  test('goes through the proxy that variables name, and says so when it fails, without what they hold', () => {
    expect(why({ https_proxy: 'http://me:secret@127.0.0.1:9' })).toBe('asked 1, by the proxy of https_proxy');
  });

  test('names no proxy where none is named', () => {
    expect(why({})).toBe('asked 1');
  });
});
