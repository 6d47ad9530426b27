import { mkdtempSync, rmdirSync, statfsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** File systems that live in memory. statfs(2) */
const memoryFileSystems: ReadonlySet<number> = new Set([0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */]);

/** Whether what lies at a path is kept in memory, as on tmpfs. */
export function liesInMemory(path: string): boolean {
  return memoryFileSystems.has(statfsSync(path).type);
}

/** Where temporary files may go, the best first. */
export function temporaryFolders(): string[] {
  return [...new Set([tmpdir(), '/var/tmp', homedir()])];
}

/** A folder that is on a disk and may be written to; where there is none, the usual temporary one. */
export function diskFolder(): string {
  for (const folder of temporaryFolders()) {
    try {
      if (liesInMemory(folder)) continue;
      rmdirSync(mkdtempSync(join(folder, 'pagescope-')));
      return folder;
    } catch {
      // Not there, or not ours to write to: the next one.
    }
  }
  return tmpdir();
}
