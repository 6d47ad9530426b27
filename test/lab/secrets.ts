/** What the tests of the experiment with secrets share. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { coreSource } from '../../lab/core-file/core-source.ts';
import { temporaryFolders } from '../../lab/disk-folder.ts';

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

/** Skips where there is no gdb. */
export function skipWithoutGcore(context: TestContext): void {
  try {
    execFileSync('gcore', [], { stdio: 'ignore' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') context.skip('there is no gcore here');
  }
}
