import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { hasEnded } from '../../native/proc/proc-stat.ts';
import { problem } from '../../protocol/problem.ts';
import { foldersLeftBehind, ownPrefix } from '../base/owned-folder.ts';
import { diskFolder, temporaryFolders } from '../regions/disk-folder.ts';
import { CoreName } from './core-pattern.ts';
import { deleteCore, isCoreOf } from './own-core.ts';

/** In a private folder: where else the core file of its process will be, when core_pattern is an absolute path. */
const elsewhereName = 'elsewhere.json';

const longestDumpMs = 2000;

/**
 * A private folder (0700) on a disk, for one core file. Deleted with all that is in it when disposed of. When its owner
 * is killed, the next `make` of the same user deletes it.
 */
export class CoreFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Also sweeps what killed processes of this user left. Throws `cannot-run-here` where no folder can be made. */
  static async make(): Promise<CoreFolder> {
    await sweep();
    const parent = diskFolder();
    try {
      return new CoreFolder(await mkdtemp(join(parent, ownPrefix('core'))));
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      throw problem(
        'cannot-run-here',
        `No folder for a core file can be made in ${parent} (${code}); make room there, or set TMPDIR to a folder that you may write to.`,
        `无法在 ${parent} 中为 core 文件创建文件夹（${code}）；请腾出空间，或将 TMPDIR 设为可写的文件夹。`,
        { cause },
      );
    }
  }

  /** Where it was made: a name that says something also when it is gone. */
  get parent(): string {
    return dirname(this.path);
  }

  /**
   * Notes that a process's core file is going to be outside, written since `sinceMs` (Unix time), so that a later sweep
   * finds it there. At once, since this process may be killed before the other has ended. Where it cannot be noted,
   * only such a sweep does without.
   */
  noteElsewhere(name: CoreName, pid: number, sinceMs: number): void {
    try {
      writeFileSync(join(this.path, elsewhereName), JSON.stringify({ name, pid, sinceMs }));
    } catch {
      // No room: the core file itself is looked for as ever.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/**
 * Deletes the folders and core files of processes that are gone. Those of other users and other PID namespaces stay.
 */
export async function sweep(): Promise<void> {
  for (const path of await foldersLeftBehind('core', temporaryFolders())) {
    await sweepElsewhere(path);
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** What the dead owner of a folder was waiting for, in another folder: only the core file of that very process. */
async function sweepElsewhere(folder: string): Promise<void> {
  try {
    const noted: unknown = JSON.parse(readFileSync(join(folder, elsewhereName), 'utf8'));
    if (typeof noted !== 'object' || noted === null) return;
    if (!('name' in noted && 'pid' in noted && 'sinceMs' in noted)) return;
    const { name, pid, sinceMs } = noted;
    if (typeof pid !== 'number' || typeof sinceMs !== 'number') return;
    await endOfDump(pid);
    for (const core of CoreName.from(name)?.matches(folder) ?? []) {
      if (await isCoreOf(core, pid, sinceMs)) await deleteCore(core);
    }
  } catch {
    // Nothing was noted, or it cannot be read: then there is nothing that could be told to be ours.
  }
}

/**
 * The copy may outlive its parent by as long as the kernel writes its core file. Not longer than that for a pid that is
 * another's by now.
 */
async function endOfDump(pid: number): Promise<void> {
  const deadline = performance.now() + longestDumpMs;
  while (!hasEnded(pid) && performance.now() < deadline) await setTimeout(20);
}
