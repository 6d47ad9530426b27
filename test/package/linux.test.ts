import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { extractAll, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodePath } from '../../scripts/children.mjs';
import { findOnPath } from '../../scripts/electron-binary.mjs';
import { packagingTools } from '../../scripts/packaging-tools.mjs';
import { inProject } from '../../scripts/project.mjs';
import { packElectronApp, unpackedFolder } from '../support/package/electron-app.ts';
import { inThrowAwayRoot } from '../support/package/throw-away-root.ts';
import { servedPage } from '../support/served-page.ts';

const run = promisify(execFile);

/** What koffi calls this machine. */
const binaries = `koffi-linux-${process.arch}`;

const tools = packagingTools();
const noDeb = findOnPath(['dpkg-deb']) === undefined ? 'dpkg-deb is not installed' : undefined;
const noTar = tools.ELECTRON_BUILDER_7ZIP_PATH === undefined ? '7-Zip is not installed (apt install 7zip)' : undefined;

const folder = mkdtempSync(join(tmpdir(), 'pagescope-package-'));
let app = '';
let archive = '';
let packed: readonly string[] = [];
let deb = '';
let tar = '';

beforeAll(async () => {
  const dist = await packElectronApp(folder, ['dir', ...(noDeb ? [] : ['deb']), ...(noTar ? [] : ['tar.gz'])], {
    ...tools,
    CUSTOM_FPM_PATH: inProject('test', 'support', 'package', 'fpm.mjs'),
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '1',
  });
  app = join(dist, unpackedFolder);
  archive = join(app, 'resources', 'app.asar');
  packed = listPackage(archive, { isPack: false });
  const made = (ending: string) => join(dist, readdirSync(dist).find((name) => name.endsWith(ending)) ?? '');
  deb = made('.deb');
  tar = made('.tar.gz');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the packaged app', () => {
  test('holds the bundles of the desktop app and the renderer', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/LICENSE',
        '/out/electron/main.js',
        '/out/electron/preload.cjs',
        '/out/electron/isolated.js',
        '/out/electron/keeper.js',
        '/out/renderer/index.html',
        '/out/renderer/third-party-notices.txt',
        '/build/icons/256x256.png',
      ]),
    );
  });

  test('holds no source, no test, no source map and no C++', () => {
    expect(packed.filter((path) => /\.(tsx?|map|cc|hh|S|asm|spec|test)$|^\/(test|docs)\b/.test(path))).toEqual([]);
    expect(packed.filter((path) => path.startsWith('/scripts/'))).toEqual([
      '/scripts/node-version.mjs',
      '/scripts/own-folder.mjs',
    ]);
  });

  test('depends on koffi alone, and leaves out the Node that runs the scripts', () => {
    const modules = packed.filter((path) => /^\/node_modules\/(@[^/]+\/)?[^/@]+$/.test(path));
    expect(modules.toSorted()).toEqual([`/node_modules/@koromix/${binaries}`, '/node_modules/koffi']);
  });

  test('keeps the machine code of koffi outside the archive, where the loader can read it', () => {
    const binary = join('node_modules', '@koromix', binaries, `linux_${process.arch}`, 'koffi.node');
    expect(existsSync(join(`${archive}.unpacked`, binary))).toBe(true);
  });

  test('holds all of koffi that is needed to call the kernel', async () => {
    const extracted = join(folder, 'extracted');
    extractAll(archive, extracted);
    const script = `import koffi from 'koffi'; console.log(koffi.load('libc.so.6').func('int getpid()')() === process.pid)`;
    const { stdout } = await run(nodePath(), ['--input-type=module', '--eval', script], { cwd: extracted });
    expect(stdout).toBe('true\n');
  });

  test('has the fuses set that keep the app from loading code from elsewhere, and let the command run as Node', async () => {
    const wire = await getCurrentFuseWire(join(app, 'pagescope-app'));
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: FuseState.ENABLE,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: FuseState.DISABLE,
      [FuseV1Options.EnableNodeCliInspectArguments]: FuseState.DISABLE,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: FuseState.DISABLE,
      [FuseV1Options.OnlyLoadAppFromAsar]: FuseState.ENABLE,
    });
  });

  describe('started by its launcher', () => {
    /** Through a link, as the deb puts one into /usr/bin; editors' terminals have the variable set for all. */
    const launched = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      const link = join(folder, 'pagescope');
      if (!existsSync(link)) await symlink(join(app, 'pagescope'), link);
      return run(link, [...args], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', LC_ALL: 'C', ...env } });
    };
    const started = async (...args: readonly string[]) => (await launched(args)).stdout;

    test.for([
      ['0', 'true', [], /^Chromium does not run as root .* or with --no-sandbox\.\n$/],
      ['1000', 'false', [], /^User namespaces are refused here.* with --no-sandbox\.\n$/],
      ['1000', 'true', [], /^$/],
      ['0', 'true', ['--no-sandbox'], /^$/],
      ['0', 'true', ['--ozone-platform=x11', '--no-sandbox'], /^$/],
      ['0', 'true', ['--version'], /^$/],
    ] as const)(
      'tells user %s, for whom unshare is %s, of the sandbox with %o',
      async ([user, unshare, args, said]) => {
        const stubs = await mkdtemp(join(folder, 'stubs-'));
        await writeFile(join(stubs, 'id'), `#!/bin/sh\necho ${user}\n`, { mode: 0o755 });
        await writeFile(join(stubs, 'unshare'), `#!/bin/sh\n${unshare}\n`, { mode: 0o755 });
        const { stderr } = await launched(args, { PATH: `${stubs}:${process.env.PATH}` });
        expect(stderr).toMatch(said);
      },
    );

    test.for([
      [],
      ['--no-sandbox'],
      ['--ozone-platform=x11', 'doctor'],
      ['--json'],
      ['--lang'],
      ['./doctor'],
      ['a.pagescope'],
    ])('is the app with %o', async (args) => {
      expect(await started(...args)).toBe(`${['app', ...args].join(' ')}\n`);
    });

    test('is the command where its arguments name one, in any place that the command takes it', async () => {
      const { version } = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
      expect(await started('--version')).toBe(`${version}\n`);
      expect(await started('--no-sandbox', '--lang', 'zh', '--json', 'experiments')).toMatch(/^\{"experiments":\[/);
      expect(await started('--no-sandbox', 'help', 'doctor')).toContain('--lock <size>');
      await expect(started('no-such-command')).rejects.toMatchObject({ code: 2, stdout: '' });
    });

    test('runs experiments, in a process of their own as well, and rules of the kernel', async () => {
      for (const placement of ['inline', 'isolated']) {
        const report = JSON.parse(await started('run', 'first-touch', '--placement', placement, '--json'));
        expect(report).toMatchObject({ placement, outcome: 'completed' });
      }
      const { rows } = JSON.parse(await started('conformance', 'munlock', '--json'));
      expect(rows).not.toEqual([]);
    });

    test('serves the app, with the licences of what it is built with', async () => {
      const host = execFile(join(app, 'pagescope'), ['serve'], {
        env: { ...process.env, PAGESCOPE_RECORDINGS_MIB: '0' },
      });
      try {
        const [line] = await once(createInterface(host.stdout ?? process.stdin), 'line');
        expect(await servedPage(line)).toContain('<div id="root">');
      } finally {
        host.kill();
      }
      expect(await started('licenses')).toContain('koffi');
    });
  });

  test('brings along the manual page and the completions', async () => {
    const page = gunzipSync(await readFile(join(app, 'share', 'man', 'man1', 'pagescope.1.gz'))).toString();
    expect(page).toMatch(/^\.TH PAGESCOPE 1 /);
    for (const file of ['bash-completion/completions/pagescope', 'zsh/vendor-completions/_pagescope'])
      expect(await readFile(join(app, 'share', file), 'utf8')).toContain('_pagescope() {');
    expect(await readFile(join(app, 'share/fish/vendor_completions.d/pagescope.fish'), 'utf8')).toContain(
      'complete -c',
    );
  });
});

const dpkgDeb = (...args: readonly string[]) =>
  execFileSync('dpkg-deb', args, { encoding: 'utf8', maxBuffer: 1 << 26 });
const packedFile = (path: string) =>
  execFileSync('sh', ['-c', `dpkg-deb --fsys-tarfile '${deb}' | tar -xO './${path}'`], { encoding: 'utf8' });

describe('the deb', () => {
  test('names what it needs, with the names of older and newer systems', ({ skip }) => {
    if (noDeb) skip(noDeb);
    const control = dpkgDeb('--field', deb);
    const { version } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
    expect(control).toMatch(/^Package: pagescope$/m);
    expect(control).toContain(`\nVersion: ${version}\n`);
    expect(control).toMatch(/^Depends: .*\blibgtk-3-0t64 \| libgtk-3-0, .*\blibnss3\b/m);
    expect(control).toMatch(/^Section: devel$/m);
    expect(control).toMatch(/^Description: See memory page by page/m);
  });

  test('brings the desktop entry, icons, the type of recordings, man page, completions, licences and changes', ({
    skip,
  }) => {
    if (noDeb) skip(noDeb);
    const files = dpkgDeb('--contents', deb).split('\n');
    for (const file of [
      'applications/io.github.pagescope.Pagescope.desktop',
      'icons/hicolor/256x256/apps/pagescope.png',
      'mime/packages/pagescope.xml',
      'man/man1/pagescope.1.gz',
      'bash-completion/completions/pagescope',
      'zsh/vendor-completions/_pagescope',
      'fish/vendor_completions.d/pagescope.fish',
      'doc/pagescope/copyright',
      'doc/pagescope/changelog.gz',
    ]) {
      const lines = files.filter((line) => line.endsWith(` ./usr/share/${file}`));
      expect(lines, file).toEqual([expect.stringMatching(/^-rw-r--r-- root\/root +[1-9]/)]);
    }
    const entry = packedFile('usr/share/applications/io.github.pagescope.Pagescope.desktop');
    expect(entry).toMatch(/^Exec=\/opt\/Pagescope\/pagescope %f$/m);
    expect(entry).toMatch(/^MimeType=application\/x-pagescope-recording;$/m);
    // Electron names its windows so, by desktopName in package.json.
    expect(entry).toMatch(/^StartupWMClass=io\.github\.pagescope\.Pagescope$/m);
    expect(packedFile('usr/share/doc/pagescope/copyright')).toMatch(/Permission is hereby granted.*koffi/s);
    expect(packedFile('usr/share/mime/packages/pagescope.xml')).toContain('<glob pattern="*.pagescope"/>');
  });

  test('has an AppArmor profile for the program that needs user namespaces, which the launcher is not', ({ skip }) => {
    if (noDeb) skip(noDeb);
    expect(packedFile('opt/Pagescope/resources/apparmor-profile')).toMatch(
      /^profile "pagescope" "\/opt\/Pagescope\/pagescope-app" flags=\(unconfined\) \{\n {2}userns,$/m,
    );
  });

  test('puts the command into the path, and leaves nothing behind when it is removed', ({ skip }) => {
    if (noDeb) skip(noDeb);
    // Of triggers only that of the type of recordings: man-db's takes seconds.
    const { stdout, stderr, status } = inThrowAwayRoot(
      folder,
      `
      dpkg --no-triggers --force-depends --force-unsafe-io --install ${deb}
      cd /tmp
      pagescope --version
      pagescope
      pagescope run first-touch --json | cut -c 1-30
      dpkg --no-triggers --purge pagescope
      dpkg --triggers-only shared-mime-info || true
    `,
    );
    if (status === 3) skip(`there is no throw-away root: ${stderr.trim().split('\n').at(-1)}`);
    expect(stdout, stderr).toContain('\n{"schema":"pagescope/report@1"');
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\napp\n/m);
    const left = stdout.split('left:\n')[1]?.split('\n').filter(Boolean);
    expect(left).toEqual([]);
  });
});

describe('the tar.gz', () => {
  test('is one folder, which has the command and the app in it wherever it is unpacked', ({ skip }) => {
    if (noTar) skip(noTar);
    const at = join(folder, 'unpacked here');
    mkdirSync(at);
    execFileSync('tar', ['-xzf', tar, '-C', at]);
    const [top = '', ...others] = readdirSync(at);
    expect({ top, others }).toEqual({ top: expect.stringMatching(/^pagescope-\d/), others: [] });
    const started = (...args: readonly string[]) =>
      execFileSync(join(at, top, 'pagescope'), args, {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
      });
    expect(started()).toBe('app\n');
    expect(JSON.parse(started('run', 'first-touch', '--json'))).toMatchObject({ outcome: 'completed' });
    expect(readdirSync(join(at, top, 'share'))).toEqual(
      expect.arrayContaining(['bash-completion', 'fish', 'man', 'zsh']),
    );
  });
});
