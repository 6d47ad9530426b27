import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodePath } from '../../../scripts/children.mjs';
import { inProject } from '../../../scripts/project.mjs';

/** What stands in Electron's executable before its fuses: version 1 of the wire, nine fuses, all still on. */
const fuseWire = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\x01\x09'), Buffer.from('1'.repeat(9))]);

/** Runs as Node where it is told to, as Electron with that fuse, and otherwise says what the app was started with. */
const program = `#!/bin/sh
[ "$ELECTRON_RUN_AS_NODE" = 1 ] && exec '${nodePath()}' "$@"
echo app "$@"
exit
#`;

/** A folder that electron-builder takes for an unpacked Electron. */
async function standInForElectron(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(inProject('node_modules', 'electron', 'package.json'), 'utf8'));
  await mkdir(folder);
  await writeFile(join(folder, 'version'), version);
  await writeFile(join(folder, 'electron'), Buffer.concat([Buffer.from(program), fuseWire]));
  await chmod(join(folder, 'electron'), 0o755);
  // What Electron brings along of its own that the packages rely on.
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox']) await writeFile(join(folder, name), name);
  return folder;
}

/**
 * Packs the app as `npm run package` does, with a program of ours in Electron's place.
 *
 * @param folder where `dist/` goes
 * @param formats of electron-builder
 * @returns `dist/`, which holds the app's folder too
 */
export async function packElectronApp(
  folder: string,
  formats: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const electron = await standInForElectron(join(folder, 'electron'));
  const dist = join(folder, 'dist');
  const builder = inProject('node_modules', 'electron-builder', 'cli.js');
  const target = ['--linux', ...formats, `--${process.arch}`, '--publish', 'never'];
  const where = [`-c.electronDist=${electron}`, `-c.directories.output=${dist}`];
  await promisify(execFile)(nodePath(), [builder, ...target, ...where], {
    cwd: inProject(),
    env: { ...process.env, ...env },
  });
  return dist;
}

/** What electron-builder calls the app's folder. */
export const unpackedFolder = process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`;
