import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { procFolder } from '../../native/proc/proc-file.ts';
import type { Text } from '../../protocol/text.ts';
import { type BytePath, bytePath } from './byte-path.ts';
import { whyRefused } from './open-file.ts';

/** A regular file that a process has open or mapped. */
export interface HeldFile {
  /** Where it can be opened, also when it is deleted or never had a name: a link in /proc/PID. */
  readonly link: BytePath;
  /** What the kernel calls it: its path, `… (deleted)`, `/memfd:NAME (deleted)`. */
  readonly name: BytePath;
}

/**
 * The regular files that a process has open or mapped, each once. What may not be asked is a reason: descriptors need
 * the same user, mappings' links CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE too. proc_pid_fd(5), proc_pid_map_files(5)
 */
export function filesOf(pid: number): { readonly files: readonly HeldFile[]; readonly reasons: readonly Text[] } {
  const found = new Map<string, HeldFile>();
  const reasons: Text[] = [];
  for (const folder of ['fd', 'map_files']) {
    const path = `${procFolder(pid)}/${folder}`;
    let refused: unknown;
    try {
      for (const entry of readdirSync(path)) {
        const link = `${path}/${entry}`;
        try {
          // Follows the link, so that it tells of the file and not of the link.
          const { dev, ino } = statSync(link, { bigint: true });
          const key = `${dev}:${ino}`;
          if (found.has(key) || !statSync(link).isFile()) continue;
          const name = readlinkSync(link, 'latin1') as BytePath;
          if (!name.startsWith('/proc/')) found.set(key, { link: bytePath(link), name });
        } catch (error) {
          // Closed or unmapped meanwhile is no refusal.
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) refused = error;
        }
      }
    } catch (error) {
      refused = error;
    }
    if (refused !== undefined) {
      const why = whyRefused(refused);
      reasons.push({ en: `${path}: ${why.en}`, zh: `${path}：${why.zh}` });
    }
  }
  return { files: [...found.values()], reasons };
}
