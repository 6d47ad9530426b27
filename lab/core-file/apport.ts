import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CollectedCore, type CoreRefused, collected, type ExpectedCore } from './collected-core.ts';
import { apportFolder } from './core-source.ts';
import { lineOf } from './name-facts.ts';
import { isCoreOf } from './own-core.ts';
import { looking } from './poll.ts';

/**
 * The core file that apport wrote: `core.EXECUTABLE.UID.BOOT-ID.PID.START` in its folder. It may still be writing when the process is gone;
 * it is done when the file has not grown between two looks.
 */
export async function fromApport(
  pid: number,
  { folder, sinceMs }: ExpectedCore,
  signal: AbortSignal,
): Promise<CollectedCore | CoreRefused> {
  const name = new RegExp(`^core\\..*\\.${lineOf('/proc/sys/kernel/random/boot_id')}\\.${pid}\\.\\d+$`);
  let sizeBefore = -1;
  const path = await looking(signal, async () => {
    for (const each of (await readdir(apportFolder)).filter((entry) => name.test(entry))) {
      const found = join(apportFolder, each);
      const { size } = await stat(found);
      if (size === sizeBefore && (await isCoreOf(found, pid, sinceMs))) return found;
      sizeBefore = size;
    }
    return undefined;
  });
  return collected(path, 'apport', folder);
}
