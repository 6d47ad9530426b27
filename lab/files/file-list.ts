import { pageSize } from '../../native/libc/sysconf.ts';
import type { FileRow } from '../../protocol/files.ts';
import { plainName } from '../../protocol/plain-name.ts';
import type { Text } from '../../protocol/text.ts';
import { type BytePath, joined, pathText } from './byte-path.ts';
import type { FileLook } from './look-at-files.ts';
import type { PageWitness } from './page-witness.ts';

interface Told {
  readonly witness: PageWitness | null;
  readonly reason: Text | undefined;
}

/** Numbers of a file, a column each; what is not known is -1. */
export type NumberColumn = 'size' | 'cached' | 'dirty' | 'writeback' | 'recentlyEvicted';

/** Numbers by file, in memory that grows with them. */
class Column {
  #numbers = new Float64Array(1024);

  get(at: number): number {
    return this.#numbers[at] ?? -1;
  }

  set(at: number, value: number): void {
    if (at >= this.#numbers.length) {
      const larger = new Float64Array(2 * at);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[at] = value;
  }
}

/**
 * The files of a look by number, in columns: a million of them take some 100 bytes each. Folders have numbers too, 0 is
 * the top; a folder's is greater than that of the one above it.
 */
export class FileList {
  readonly top: BytePath;
  readonly names: string[] = [];
  readonly folderOf: number[] = [];
  readonly folderNames: string[] = [''];
  readonly parents: number[] = [-1];
  readonly #numbers: Readonly<Record<NumberColumn, Column>> = {
    size: new Column(),
    cached: new Column(),
    dirty: new Column(),
    writeback: new Column(),
    recentlyEvicted: new Column(),
  };
  readonly #told = new Column();
  readonly #tolds: Told[] = [];
  readonly #toldBy = new Map<string, number>();
  #lastTold = -1;
  readonly #folders = new Map<string, number>([['', 0]]);
  #lastFolder = { path: '', folder: 0 };

  constructor(top: BytePath) {
    this.top = top;
  }

  get length(): number {
    return this.names.length;
  }

  /** Adds what was seen of a file below the top. @returns its number */
  add(look: FileLook, path = look.path): number {
    const below = path.slice(this.top.length + (this.top.endsWith('/') ? 0 : 1));
    const slash = below.lastIndexOf('/');
    this.folderOf.push(this.#folder(slash < 0 ? '' : below.slice(0, slash)));
    const file = this.names.push(copied(below.slice(slash + 1))) - 1;
    this.set(file, look);
    return file;
  }

  /** What is seen of it now. */
  set(file: number, look: Omit<FileLook, 'path'>): void {
    const set = (column: NumberColumn, value: number | null) => {
      this.#numbers[column].set(file, value ?? -1);
    };
    set('size', look.sizeBytes);
    set('cached', look.cachedPages);
    set('dirty', look.dirtyPages);
    set('writeback', look.writebackPages);
    set('recentlyEvicted', look.recentlyEvictedPages);
    this.#told.set(file, this.#toldOf(look.witness, look.reason));
  }

  /** Null where it is not known. */
  number(file: number, column: NumberColumn): number | null {
    const value = this.#numbers[column].get(file);
    return value < 0 ? null : value;
  }

  /** Cached bytes of the file itself: its last page has some that it does not reach. */
  cachedBytes(file: number): number | null {
    const cached = this.number(file, 'cached');
    return cached === null ? null : Math.min(cached * pageSize(), this.number(file, 'size') ?? 0);
  }

  told(file: number): Told {
    return this.#tolds[this.#told.get(file)] ?? { witness: null, reason: undefined };
  }

  /** The path of a folder below the top, as bytes; empty for the top. */
  folderPath(folder: number): BytePath {
    const names: string[] = [];
    for (let at = folder; at > 0; at = this.parents[at] ?? 0) names.push(this.folderNames[at] ?? '');
    return names.reverse().join('/') as BytePath;
  }

  /** Where a file is, from the root. */
  path(file: number): BytePath {
    const folder = this.folderPath(this.folderOf[file] ?? 0);
    const above = folder === '' ? this.top : joined(this.top, folder);
    return joined(above, this.names[file] ?? '');
  }

  /** A file's path below the top, as a person reads it. */
  name(file: number): string {
    const folder = this.folderPath(this.folderOf[file] ?? 0);
    const name = this.names[file] ?? '';
    return shown(folder === '' ? name : `${folder}/${name}`);
  }

  row(file: number): FileRow {
    const { witness, reason } = this.told(file);
    const sizeBytes = this.number(file, 'size');
    return {
      file,
      name: this.name(file),
      sizeBytes,
      pages: sizeBytes === null ? null : Math.ceil(sizeBytes / pageSize()),
      cachedPages: this.number(file, 'cached'),
      cachedBytes: this.cachedBytes(file),
      dirtyPages: this.number(file, 'dirty'),
      writebackPages: this.number(file, 'writeback'),
      recentlyEvictedPages: this.number(file, 'recentlyEvicted'),
      witness,
      ...(reason && { reason }),
    };
  }

  #folder(path: string): number {
    if (path === this.#lastFolder.path) return this.#lastFolder.folder;
    let folder = this.#folders.get(path);
    if (folder === undefined) {
      const slash = path.lastIndexOf('/');
      const parent = this.#folder(slash < 0 ? '' : path.slice(0, slash));
      folder = this.parents.push(parent) - 1;
      this.folderNames.push(copied(path.slice(slash + 1)));
      this.#folders.set(copied(path), folder);
    }
    this.#lastFolder = { path, folder };
    return folder;
  }

  #toldOf(witness: PageWitness | null, reason: Text | undefined): number {
    // Nearly always as of the file before.
    const last = this.#tolds[this.#lastTold];
    if (last?.witness === witness && last.reason === reason) return this.#lastTold;
    const key = `${witness} ${reason?.en}`;
    const known = this.#toldBy.get(key);
    this.#lastTold = known ?? this.#tolds.push({ witness, reason }) - 1;
    this.#toldBy.set(key, this.#lastTold);
    return this.#lastTold;
  }
}

/** A part of a path, where it is not short, keeps all of it in memory until it is copied. */
function copied(part: string): string {
  return part.length < 13 ? part : Buffer.from(part, 'latin1').toString('latin1');
}

/** A name as a person reads it, in one line. */
export function shown(name: string): string {
  return plainName(pathText(name as BytePath));
}
