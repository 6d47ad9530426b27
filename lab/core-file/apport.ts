import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CollectedCore, type CoreRefused, collected, type ExpectedCore } from './collected-core.ts';
import { lineOf } from './name-facts.ts';
import { isCoreOf } from './own-core.ts';
import { looking } from './poll.ts';

/**
 * The core file that apport wrote into `apportFolder`. It may still be writing when the process is gone; it is done
 * when the file has not grown between two looks.
 */
export async function fromApport(
  pid: number,
  { folder, sinceMs }: ExpectedCore,
  apportFolder: string,
  signal: AbortSignal,
): Promise<CollectedCore | CoreRefused> {
  /** By path: a process that had this pid before may have left one too. */
  const sizes = new Map<string, number>();
  const path = await looking(signal, async () => {
    for (const found of await apportCores(pid, apportFolder)) {
      const { size } = await stat(found);
      if (size === sizes.get(found) && (await isCoreOf(found, pid, sinceMs))) return found;
      sizes.set(found, size);
    }
    return undefined;
  });
  return collected(path, 'apport', folder);
}

/** What apport has of a pid since this machine started: `core.EXECUTABLE.UID.BOOT-ID.PID.START`. */
export async function apportCores(pid: number, apportFolder: string): Promise<string[]> {
  const name = new RegExp(`^core\\..*\\.${lineOf('/proc/sys/kernel/random/boot_id')}\\.${pid}\\.\\d+$`);
  return (await readdir(apportFolder)).filter((entry) => name.test(entry)).map((entry) => join(apportFolder, entry));
}
