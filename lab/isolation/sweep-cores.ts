import { readdir } from 'node:fs/promises';
import { temporaryFolders } from '../regions/disk-folder.ts';

/** Deletes the core files that a process which was killed had no time to delete. */
export async function sweepCores(): Promise<void> {
  const { sweep } = await import('../core-file/core-folder.ts');
  await sweep();
}

/** The same at the start of an engine: what sweeps is loaded only where there is something of ours. */
export async function sweepLeftovers(): Promise<void> {
  for (const folder of temporaryFolders()) {
    const names = await readdir(folder).catch(() => []);
    if (names.some((name) => name.startsWith('pagescope-core-'))) return sweepCores();
  }
}
