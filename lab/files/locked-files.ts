import { fstatSync } from 'node:fs';
import { mlockAsync } from '../../native/calls/mlock.ts';
import { MAP, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import type { BytePath } from './byte-path.ts';
import { OpenFile } from './open-file.ts';

/** Bytes locked at a time: a call that runs can't be stopped. */
const lockBytes = 1 << 24;

interface Locked {
  readonly path: BytePath;
  readonly file: OpenFile;
  /** Undefined: all of it, also what it grows by. */
  readonly range: PageRange | undefined;
  /** The page after the last one that is locked. */
  end: number;
  readonly mappings: { readonly address: bigint; readonly length: number }[];
}

/**
 * Files whose pages this process keeps in memory: mapped for reading and locked, which counts in its VmLck and against
 * its limit. Everything is free again when it is disposed of or the process ends, however it ends. mlock(2)
 */
export class LockedFiles implements Disposable {
  readonly #files: Locked[] = [];
  #bytes = 0;

  /** Bytes that are locked. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Locks a file's pages, in memory or not yet; the whole file when no range is given. Resolves to the reason where
   * not all could be locked. @throws what Node throws where it can't be opened
   */
  async lock(path: BytePath, range?: PageRange): Promise<Text | undefined> {
    const locked: Locked = { path, file: new OpenFile(path), range, end: range?.firstPage ?? 0, mappings: [] };
    this.#files.push(locked);
    return this.#extend(locked);
  }

  /** The pages of a file that are locked. */
  ranges(path: BytePath): readonly PageRange[] {
    return this.#files
      .map(({ path: own, range, end }) => ({ own, firstPage: range?.firstPage ?? 0, end }))
      .filter(({ own, firstPage, end }) => own === path && end > firstPage)
      .map(({ firstPage, end }) => ({ firstPage, pageCount: end - firstPage }));
  }

  /** Locks what the files have grown by. Resolves to the reason where not all could be. */
  async follow(): Promise<Text | undefined> {
    for (const locked of this.#files) {
      const refused = locked.range ? undefined : await this.#extend(locked);
      if (refused) return refused;
    }
    return undefined;
  }

  async #extend(locked: Locked): Promise<Text | undefined> {
    const { file, range } = locked;
    const size = pageSize();
    // Whole pages of the file as it is: a page past its end can't be read, and so not be locked.
    const pages = Math.ceil(fstatSync(file.fd).size / size);
    const end = Math.min(pages, range ? range.firstPage + range.pageCount : pages);
    while (locked.end < end) {
      const length = Math.min(lockBytes, (end - locked.end) * size);
      const mapped = mmap(null, length, PROT.READ, MAP.SHARED, file.fd, locked.end * size);
      if (mapped.errno !== null) return { en: `mmap answered ${mapped.errno}`, zh: `mmap 返回 ${mapped.errno}` };
      const { errno } = await mlockAsync(mapped.returned, length);
      if (errno !== null) {
        munmap(mapped.returned, length);
        return {
          en: `mlock answered ${errno}; pagescope doctor --lock SIZE says what the limit is and how to raise it`,
          zh: `mlock 返回 ${errno}；可锁定的上限是多少、如何提高，见 pagescope doctor --lock SIZE`,
        };
      }
      locked.mappings.push({ address: mapped.returned, length });
      locked.end += length / size;
      this.#bytes += length;
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    for (const { file, mappings } of this.#files.splice(0)) {
      for (const { address, length } of mappings) munmap(address, length);
      file[Symbol.dispose]();
    }
    this.#bytes = 0;
  }
}
