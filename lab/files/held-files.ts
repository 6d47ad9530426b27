import { readText } from '../../native/proc/proc-file.ts';
import { parseProcessStatus } from '../../native/proc/process-status.ts';
import type { FileLocks } from '../../protocol/files.ts';
import type { PageRange } from '../../protocol/operation.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import type { BytePath } from './byte-path.ts';
import { LockedFiles } from './locked-files.ts';
import { whyRefused } from './open-file.ts';

/** How often it is looked whether files have grown. */
const followMs = 500;

interface Held {
  files: number;
  readonly name: string;
  readonly range: PageRange | undefined;
  readonly locked: LockedFiles;
  refused: Text | undefined;
}

/** The files that this process keeps locked for a reader, each until it is unlocked or the process ends. */
export class HeldFiles implements Disposable {
  readonly #held = new Map<number, Held>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;
  #following = false;

  /** Locks files, all of each where no range is given, up to the first that is refused, which is told once. */
  async hold(paths: readonly BytePath[], name: string, range?: PageRange): Promise<FileLocks> {
    const locked = new LockedFiles();
    const held: Held = { files: 0, name, range, locked, refused: undefined };
    for (const path of paths) {
      try {
        held.refused = await locked.lock(path, range);
      } catch (error) {
        held.refused = whyRefused(error);
      }
      if (held.refused) break;
      held.files++;
    }
    const lock = ++this.#last;
    this.#held.set(lock, held);
    this.#timer ??= setInterval(() => void this.#follow(), followMs).unref();
    const told = this.locks();
    if (locked.bytes === 0 && held.refused) this.#let(lock);
    return told;
  }

  /** What is locked, the newest last, and what the kernel says of this process. */
  locks(): FileLocks {
    const status = readText('/proc/self/status');
    const locks = [...this.#held].map(([lock, { files, name, range, locked, refused }]) => ({
      lock,
      files,
      name,
      bytes: locked.bytes,
      ...(range && { range }),
      ...(refused && { refused }),
    }));
    const vmLckBytes = status.errno === null ? parseProcessStatus(status.text).vmLckBytes : null;
    return { pid: process.pid, vmLckBytes, locks };
  }

  /** The pages of a file that are locked, each once, however many locks it has. */
  ranges(path: BytePath): PageRange[] {
    const all = [...this.#held.values()].flatMap(({ locked }) => locked.ranges(path));
    const merged: { firstPage: number; pageCount: number }[] = [];
    for (const { firstPage, pageCount } of all.sort((a, b) => a.firstPage - b.firstPage)) {
      const last = merged.at(-1);
      if (last && firstPage <= last.firstPage + last.pageCount) {
        last.pageCount = Math.max(last.pageCount, firstPage + pageCount - last.firstPage);
      } else merged.push({ firstPage, pageCount });
    }
    return merged;
  }

  unlock(lock: number): FileLocks {
    if (!this.#held.has(lock)) throw problem('gone', `Lock ${lock} is not there.`, `锁定 ${lock} 已不存在。`);
    this.#let(lock);
    return this.locks();
  }

  #let(lock: number): void {
    this.#held.get(lock)?.locked[Symbol.dispose]();
    this.#held.delete(lock);
  }

  async #follow(): Promise<void> {
    if (this.#following) return;
    this.#following = true;
    for (const held of this.#held.values()) {
      try {
        held.refused = (await held.locked.follow()) ?? held.refused;
      } catch (error) {
        // It was unlocked meanwhile, or its file system does not answer for it any more.
        held.refused = whyRefused(error);
      }
    }
    this.#following = false;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const lock of [...this.#held.keys()]) this.#let(lock);
  }
}
