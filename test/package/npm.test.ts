import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packForNpm } from '../../scripts/npm-package.mjs';
import { inProject } from '../../scripts/project.mjs';
import { pagescope, Running } from '../support/pagescope.ts';
import { servedPage } from '../support/served-page.ts';
import { nobody } from '../support/users.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagescope-npm-'));
afterAll(() => rmSync(folder, { recursive: true }));
const installed = join(folder, 'node_modules', 'pagescope');
const entry = join(folder, 'node_modules', '.bin', 'pagescope');
let packed: readonly string[];

/** gdb takes seconds for the core file of a process, and has nothing to do with how Pagescope was installed. */
const withoutGdb = [folder, process.env.PATH].join(delimiter);

const users = [
  { name: 'whoever tests', prefix: [] },
  ...(process.geteuid?.() === 0 ? [{ name: 'an ordinary user', prefix: nobody }] : []),
];

/**
 * Installs as `npm install pagescope` would, into an empty folder. No registry is asked: koffi comes, as a package,
 * from what `npm ci` installed here.
 */
beforeAll(() => {
  const npm = (...args: readonly string[]) =>
    execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'gcore'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const file = packForNpm(folder);
  packed = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n');
  const machineCode = readdirSync(inProject('node_modules', '@koromix')).map((name) => join('@koromix', name));
  const koffi = ['koffi', ...machineCode].map((name) => inProject('node_modules', name, '/'));
  const tarballs = JSON.parse(npm('pack', '--json', '--ignore-scripts', ...koffi));
  const names = Object.values<{ filename: string }>(tarballs).map(({ filename }) => join(folder, filename));
  npm('install', '--offline', '--no-audit', '--no-fund', file, ...names);
});

describe('the package for npm', () => {
  test('holds the command and the page, and no source, test, source map or script of the project’s own', () => {
    const folders = ['bin', 'out/cli', 'out/renderer', 'out/share', 'scripts'];
    const known = [...folders.map((name) => `${name}/`), 'package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];
    expect(packed.filter((path) => !known.some((name) => path.startsWith(`package/${name}`)))).toEqual([]);
    expect(packed.filter((path) => /\.(ts|tsx|map)$|start\.mjs|install\.mjs/.test(path))).toEqual([]);
    expect(packed).toContain('package/out/renderer/third-party-notices.txt');
  });

  test('is for everyone and for Linux, depends on koffi alone and runs nothing when it is installed', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const { dependencies } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: 'pagescope', os: ['linux'], dependencies: { koffi: dependencies.koffi } });
    expect(Object.keys(manifest.dependencies)).toEqual(['koffi']);
    // npm links a page into man's folders where this is a list.
    expect(manifest.man).toEqual([expect.stringMatching(/\.1\.gz$/)]);
    expect(packed).toContain(`package/${manifest.man[0]}`);
    for (const none of ['private', 'scripts', 'devDependencies', 'optionalDependencies'])
      expect(manifest).not.toHaveProperty(none);
  });

  test.for(users)('runs experiments, doctor and conformance, started by $name', async ({ prefix }) => {
    for (const id of ['first-touch', 'secret-page']) {
      const { stdout, stderr } = await pagescope(['run', id, '--json'], { PATH: withoutGdb }, { entry, prefix });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toMatchObject({ experiment: { id }, outcome: 'completed' });
    }
    expect(JSON.parse((await pagescope(['doctor', '--json'], {}, { entry, prefix })).stdout)).not.toEqual({});
    const rules = await pagescope(['conformance', 'munlock', '--json'], {}, { entry, prefix });
    expect(JSON.parse(rules.stdout).rows).not.toEqual([]);
  });

  test.for(users)('serves the app, started by $name', async ({ prefix }) => {
    const host = new Running(['serve'], { entry, prefix });
    expect(await servedPage(await host.firstLine())).toContain('<div id="root">');
  });

  test('serves the app and opens a browser when it is told nothing', async () => {
    const browser = join(folder, 'browser');
    const opened = join(folder, 'opened');
    mkdirSync(opened);
    const program = `#!/bin/sh\nprintf '%s\\n' "$@" > '${opened}/new' && mv '${opened}/new' '${opened}/arguments'\n`;
    writeFileSync(browser, program, { mode: 0o755 });
    const host = new Running([], { entry, env: { CHROMIUM_PATH: browser, DISPLAY: ':0', WAYLAND_DISPLAY: '' } });
    expect(await servedPage(await host.firstLine())).toContain('<div id="root">');
    await expect.poll(() => readdirSync(opened)).toContain('arguments');
    expect(readFileSync(join(opened, 'arguments'), 'utf8')).toMatch(/^--app=file:\/\/.*open\.html$/m);
    host.child.kill('SIGTERM');
    expect((await host.ended).status).toBe(0);
  });
});
