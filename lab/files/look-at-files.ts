import { closeSync, type Dir, fstatSync, lstatSync, opendirSync, type Stats, statSync } from 'node:fs';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { Text } from '../../protocol/text.ts';
import { Slices } from '../base/slices.ts';
import { type BytePath, forNode, joined } from './byte-path.ts';
import { openToLook, whyRefused } from './open-file.ts';
import {
  countPages,
  countPagesInSlices,
  countShort,
  fileSystemOf,
  isShort,
  type PageCounts,
  type PageWitness,
  unknownPages,
  witnessOf,
} from './page-witness.ts';

/** A file, and what the page cache holds of it. Its size is null where it could not be opened. */
export interface FileLook extends PageCounts {
  readonly path: BytePath;
  readonly sizeBytes: number | null;
  readonly pages: number | null;
  readonly mtimeMs: number | null;
}

/** What is done with each file while it is open. */
export type WhileOpen<T> = (file: FileLook & { readonly fd: number; readonly told: PageWitness | Text }) => Promise<T>;

export interface WalkOptions {
  /** Go on into other file systems that are mounted below. */
  readonly otherFileSystems?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called between two slices of work, so some hundred times a second at most. */
  readonly onProgress?: ((files: number, folder: BytePath) => void) | undefined;
}

/**
 * Looks at files, and at all files in folders. What a folder has: its own file system only, a file of several names
 * once, no symbolic link, device, FIFO or socket is followed or opened. A path that is named may be a symbolic link.
 * What can't be opened or read is told as a look without numbers, and the rest goes on.
 *
 * It works on slices of 4 ms: a file system that answers late still makes it wait for one answer. Memory: the names of
 * one reading of each open folder, and a number for each file of several names.
 *
 * @throws what `signal` was aborted with
 */
export class FileWalk {
  readonly #options: WalkOptions;
  readonly #slices = new Slices();
  readonly #seen = new Set<string>();
  /** `f_type` by device, so that it is asked once. */
  readonly #fileSystems = new Map<number, number | undefined>();
  files = 0;
  folders = 0;

  constructor(options: WalkOptions = {}) {
    this.#options = options;
  }

  /** @param done gets each file, one after the other, open where it could be opened */
  async look(path: BytePath, done: (look: FileLook) => void, whileOpen?: WhileOpen<void>): Promise<void> {
    let status: Stats;
    try {
      status = statSync(forNode(path));
    } catch (error) {
      done(refusedLook(path, error));
      return;
    }
    if (status.isDirectory()) await this.#folder(path, status.dev, done, whileOpen);
    else if (status.isFile()) await this.#file(path, true, done, whileOpen);
    else {
      const reason = { en: 'it is not a regular file', zh: '它不是普通文件' };
      done({ ...unknownPages(reason), path, sizeBytes: null, pages: null, mtimeMs: null });
    }
  }

  async #folder(top: BytePath, device: number, done: (look: FileLook) => void, whileOpen?: WhileOpen<void>) {
    // Folders that wait to be read, the next one last: depth first, one folder open at a time.
    const waiting: BytePath[] = [top];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      let folder: Dir;
      try {
        folder = opendirSync(forNode(path), { encoding: 'latin1' as BufferEncoding, bufferSize: 256 });
      } catch (error) {
        done(refusedLook(path, error));
        continue;
      }
      this.folders++;
      try {
        for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
          if (this.#slices.over) await this.#pause(path);
          const child = joined(path, entry.name);
          // Some file systems leave the kind out of their folders (DT_UNKNOWN of readdir(3)).
          const known = entry.isFile() || entry.isDirectory() || entry.isSymbolicLink() || isSpecial(entry);
          const kind = known ? entry : kindOf(child);
          if (kind?.isFile()) await this.#file(child, false, done, whileOpen);
          else if (kind?.isDirectory() && (this.#options.otherFileSystems || sameDevice(child, device))) {
            waiting.push(child);
          }
        }
      } catch (error) {
        this.#options.signal?.throwIfAborted();
        done(refusedLook(path, error));
      } finally {
        folder.closeSync();
      }
    }
  }

  #file(path: BytePath, follow: boolean, done: (look: FileLook) => void, whileOpen?: WhileOpen<void>) {
    let fd: number;
    try {
      fd = openToLook(path, follow);
    } catch (error) {
      this.files++;
      done(refusedLook(path, error));
      return;
    }
    let waits = false;
    try {
      const status = fstatSync(fd);
      if (!status.isFile() || (status.nlink > 1 && !this.#first(fd))) return;
      this.files++;
      const fileSystem = this.#fileSystem(status.dev, fd);
      const quick = whileOpen ? undefined : countShort(fd, status.size, fileSystem);
      if (quick) {
        done(lookOf(path, status, quick));
        return;
      }
      const told = witnessOf(fd, fileSystem);
      if (isShort(status.size, told) && !whileOpen) {
        done(lookOf(path, status, countPages(fd, 0, status.size, told)));
        return;
      }
      waits = true;
      return this.#long(path, fd, status, told, done, whileOpen).finally(() => closeSync(fd));
    } catch (error) {
      done(refusedLook(path, error));
    } finally {
      if (!waits) closeSync(fd);
    }
  }

  async #long(
    path: BytePath,
    fd: number,
    status: Stats,
    told: PageWitness | Text,
    done: (look: FileLook) => void,
    whileOpen?: WhileOpen<void>,
  ): Promise<void> {
    const counts = await countPagesInSlices(fd, status.size, told, this.#slices, this.#options.signal);
    const look = lookOf(path, status, counts);
    if (whileOpen) await whileOpen({ ...look, fd, told });
    done(look);
  }

  /** Whether a file of several names is met for the first time. */
  #first(fd: number): boolean {
    // Numbers of overlayfs take all of 64 bits.
    const { dev, ino } = fstatSync(fd, { bigint: true });
    const key = `${dev}:${ino}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  #fileSystem(device: number, fd: number): number | undefined {
    if (!this.#fileSystems.has(device)) this.#fileSystems.set(device, fileSystemOf(fd));
    return this.#fileSystems.get(device);
  }

  async #pause(folder: BytePath): Promise<void> {
    this.#options.signal?.throwIfAborted();
    this.#options.onProgress?.(this.files, folder);
    await this.#slices.next();
    this.#options.signal?.throwIfAborted();
  }
}

function lookOf(path: BytePath, { size, mtimeMs }: Stats, counts: PageCounts): FileLook {
  return { ...counts, path, sizeBytes: size, pages: Math.ceil(size / pageSize()), mtimeMs };
}

function refusedLook(path: BytePath, error: unknown): FileLook {
  return { ...unknownPages(whyRefused(error)), path, sizeBytes: null, pages: null, mtimeMs: null };
}

interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
}

function isSpecial(entry: import('node:fs').Dirent): boolean {
  return entry.isFIFO() || entry.isSocket() || entry.isBlockDevice() || entry.isCharacterDevice();
}

function kindOf(path: BytePath): Kind | undefined {
  return lstatSync(forNode(path), { throwIfNoEntry: false });
}

function sameDevice(path: BytePath, device: number): boolean {
  try {
    return lstatSync(forNode(path)).dev === device;
  } catch {
    // It is gone, or refused: opening it tells why.
    return true;
  }
}
