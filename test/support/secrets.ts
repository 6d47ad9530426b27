/** What the tests of the experiment with secrets share. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { coreSource } from '../../lab/core-file/core-source.ts';
import { temporaryFolders } from '../../lab/regions/disk-folder.ts';

/** The private folders for core files that a process has, or left. */
export function foldersOf(pid: number): string[] {
  const own = new RegExp(`^pagescope-core-\\d+-${pid}-`);
  return temporaryFolders().flatMap((folder) => readdirSync(folder).filter((name) => own.test(name)));
}

/** Skips where the kernel writes no core file that could be searched. */
export function skipWithoutCoreFiles(context: TestContext): void {
  const source = coreSource();
  if (source.kind === 'none') context.skip(`${source.reason.en} ${source.enable}`);
}

/** A PATH with a gcore that fails at once. */
export const pathWithoutGcore = [fileURLToPath(new URL('no-gcore', import.meta.url)), process.env.PATH].join(delimiter);

/** Skips where there is no gdb. */
export function skipWithoutGcore(context: TestContext): void {
  try {
    execFileSync('gcore', [], { stdio: 'ignore' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      context.skip('there is no gcore here (apt install gdb)');
  }
}

/** A file system of 24 MiB, mounted until it is disposed of. Skips where this user may not mount. */
export function smallDisk(context: TestContext): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-disk-'));
  const image = `${folder}.img`;
  const remove = () => {
    rmSync(image, { force: true });
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    writeFileSync(image, '');
    truncateSync(image, 24 << 20);
    execFileSync('mkfs.ext4', ['-q', image], { stdio: 'ignore' });
    execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'ignore' });
  } catch (error) {
    remove();
    context.skip(`no small disk can be mounted here: ${error instanceof Error ? error.message : error}`);
  }
  return {
    folder,
    [Symbol.dispose]: () => {
      execFileSync('umount', [folder]);
      remove();
    },
  };
}
