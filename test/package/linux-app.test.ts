import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extractAll, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodePath } from '../../scripts/children.mjs';
import { inProject } from '../../scripts/project.mjs';

const run = promisify(execFile);

/** What koffi and electron-builder call this machine. */
const binaries = `koffi-linux-${process.arch}`;
const unpackedFolder = process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`;

/** What stands in Electron's executable before its fuses: version 1 of the wire, nine fuses, all still on. */
const fuseWire = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\x01\x09'), Buffer.from('1'.repeat(9))]);

/** A folder that electron-builder takes for an unpacked Electron. */
async function standInForElectron(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(inProject('node_modules', 'electron', 'package.json'), 'utf8'));
  await mkdir(folder);
  await writeFile(join(folder, 'version'), version);
  await writeFile(join(folder, 'electron'), Buffer.concat([Buffer.from('#!/bin/sh\n#'), fuseWire]));
  await chmod(join(folder, 'electron'), 0o755);
  return folder;
}

describe('the packaged app', () => {
  let folder: string;
  let app: string;
  let archive: string;
  let packed: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pagescope-package-'));
    const electron = await standInForElectron(join(folder, 'electron'));
    const target = ['--linux', 'dir', `--${process.arch}`, '--publish', 'never'];
    const where = [`-c.electronDist=${electron}`, `-c.directories.output=${join(folder, 'dist')}`];
    const builder = inProject('node_modules', 'electron-builder', 'cli.js');
    await run(nodePath(), [builder, ...target, ...where], { cwd: inProject() });
    app = join(folder, 'dist', unpackedFolder);
    archive = join(app, 'resources', 'app.asar');
    packed = listPackage(archive, { isPack: false });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('holds the bundles of the desktop app and the renderer', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/LICENSE',
        '/out/electron/main.js',
        '/out/electron/preload.cjs',
        '/out/electron/isolated.js',
        '/out/renderer/index.html',
        '/out/renderer/third-party-notices.txt',
        '/build/icons/256x256.png',
      ]),
    );
  });

  test('holds no source, no test, no source map and no C++', () => {
    expect(packed.filter((path) => /\.(tsx?|map|cc|hh|S|asm|spec|test)$|^\/(test|scripts|docs)\b/.test(path))).toEqual(
      [],
    );
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

  test('has the fuses set that let nobody use it as Node or load code from elsewhere', async () => {
    const wire = await getCurrentFuseWire(join(app, 'pagescope'));
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: FuseState.DISABLE,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: FuseState.DISABLE,
      [FuseV1Options.EnableNodeCliInspectArguments]: FuseState.DISABLE,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: FuseState.DISABLE,
      [FuseV1Options.OnlyLoadAppFromAsar]: FuseState.ENABLE,
    });
  });
});
