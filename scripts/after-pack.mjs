/**
 * electron-builder's `afterPack`: puts the launcher in the place of Electron's executable, so that every format has the
 * command, and sets the fuses, which electron-builder would look for in the launcher.
 */
import { chmodSync, copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile } from '@electron/asar';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { inProject } from './project.mjs';

/**
 * RunAsNode is what the command runs by: there is no other Node in a package, and a main process of Electron's needs a
 * display and a sandbox. It grants nothing on Linux. The executable has no right that who starts it has not: no set-uid
 * bit, no capability, no permission that goes with a signature (what the fuse is there for on macOS), and it keeps no
 * secret of the user's. The AppArmor profile of the deb lets it make user namespaces; so it does with LD_PRELOAD, which
 * no fuse forbids. The launcher clears the variable for the app, which therefore opens in an editor's terminal as well.
 */
const fuses = {
  version: FuseVersion.V1,
  [FuseV1Options.RunAsNode]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
};

/** @param {{ appOutDir: string }} context */
export default async function afterPack({ appOutDir }) {
  const launcher = join(appOutDir, 'pagescope');
  const electron = `${launcher}-app`;
  renameSync(launcher, electron);
  await flipFuses(electron, /** @type {import('@electron/fuses').FuseV1Config} */ (fuses));
  copyFileSync(inProject('build', 'launcher.sh'), launcher);
  chmodSync(launcher, 0o755);

  // The command finds its installation by this file, and Electron reads its own from the archive.
  const archive = join(appOutDir, 'resources', 'app.asar');
  writeFileSync(join(`${archive}.unpacked`, 'package.json'), extractFile(archive, 'package.json'));
}
