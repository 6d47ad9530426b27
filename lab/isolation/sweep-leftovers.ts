import { readdir, rm } from 'node:fs/promises';
import type { OwnedKind } from '../base/owned-folder.ts';
import { temporaryFolders } from '../regions/disk-folder.ts';

/** Deletes the core files that a process which was killed had no time to delete. */
export async function sweepCores(): Promise<void> {
  const { sweep } = await import('../core-file/core-folder.ts');
  await sweep();
}

/**
 * At the start of an engine: also deletes what was uploaded to processes that were killed, and what they had copied to
 * read it. What sweeps is loaded only where there is something of ours.
 */
export async function sweepLeftovers(): Promise<void> {
  const parents = temporaryFolders();
  const names = (await Promise.all(parents.map((folder) => readdir(folder).catch(() => [])))).flat();
  const found = (kind: OwnedKind) => names.some((name) => name.startsWith(`pagescope-${kind}-`));
  if (found('core')) await sweepCores();
  for (const kind of ['upload', 'recording'] as const) {
    if (!found(kind)) continue;
    const { foldersLeftBehind } = await import('../base/owned-folder.ts');
    for (const path of await foldersLeftBehind(kind, parents)) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}
