import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { z } from 'zod';

/** As many as other programs list. */
const most = 10;

const filesSchema = z.array(z.string().max(4096));

/** The recordings that were opened last, the newest first, kept in a file; those that are gone are left out. */
export class RecentFiles {
  readonly #file: string;
  #files: readonly string[];

  constructor(file: string) {
    this.#file = file;
    this.#files = read(file);
  }

  get shown(): readonly string[] {
    return this.#files.filter((file) => existsSync(file));
  }

  /** Notes that a file is shown; whether that changes the list. A full disk does not keep it from being shown. */
  add(opened: string): boolean {
    if (!isAbsolute(opened) || this.#files[0] === opened) return false;
    this.#keep([opened, ...this.#files.filter((file) => file !== opened)].slice(0, most));
    return true;
  }

  clear(): void {
    this.#keep([]);
  }

  #keep(files: readonly string[]): void {
    this.#files = files;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(this.#file, JSON.stringify(files), { mode: 0o600 });
    } catch {
      // The list of this run is right all the same.
    }
  }
}

function read(file: string): readonly string[] {
  try {
    return filesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}
