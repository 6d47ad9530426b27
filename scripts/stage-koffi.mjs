/**
 * koffi's machine code for the architecture that is packed. npm installs that of this machine alone; the other comes
 * from the registry, and has to be what package-lock.json names.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inProject, Refusal } from './project.mjs';

/** electron-builder's numbers for the architectures that we pack. */
const archNames = new Map([
  [1, 'x64'],
  [3, 'arm64'],
]);

/**
 * @param {string} name
 * @param {string} folder
 */
function unpackFromRegistry(name, folder) {
  const lock = JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8'));
  const { version, integrity } = lock.packages[`node_modules/${name}`];
  /** @type {string} */
  let packed;
  try {
    const args = ['pack', `${name}@${version}`, `--pack-destination=${folder}`, '--json', '--loglevel=error'];
    packed = join(
      folder,
      JSON.parse(execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] }))[0].filename,
    );
  } catch (error) {
    throw new Refusal(
      `${name}@${version} could not be fetched with npm pack (${error instanceof Error ? error.message.split('\n')[0] : error}).`,
      3,
    );
  }
  const found = `sha512-${createHash('sha512').update(readFileSync(packed)).digest('base64')}`;
  if (found !== integrity)
    throw new Refusal(`${name}@${version} is not what package-lock.json names: its hash is ${found}.`);
  execFileSync('tar', ['-xzf', packed, '-C', folder]);
  return join(folder, 'package');
}

/**
 * Puts it into `out/koffi/`, whose folders stand for `node_modules/@koromix`.
 *
 * @param {number} builderArch electron-builder's number of the architecture
 */
export function stageKoffi(builderArch) {
  const arch = archNames.get(builderArch);
  if (arch === undefined)
    throw new Refusal(
      `Pagescope is packed for x64 and arm64, not for electron-builder's architecture ${builderArch}.`,
      2,
    );
  const name = `koffi-linux-${arch}`;
  const staged = inProject('out', 'koffi', arch);
  mkdirSync(inProject('out', 'koffi'), { recursive: true });
  const making = mkdtempSync(inProject('out', 'koffi', 'staging-'));
  try {
    const installed = inProject('node_modules', '@koromix', name);
    const source = existsSync(installed) ? installed : unpackFromRegistry(`@koromix/${name}`, making);
    // Electron is built against glibc: the musl variant would never be loaded.
    cpSync(source, join(making, 'ready', name), { recursive: true, filter: (path) => !/musl_[^/]*$/.test(path) });
    rmSync(staged, { recursive: true, force: true });
    renameSync(join(making, 'ready'), staged);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}
