import { pageSize } from '../../native/libc/sysconf.ts';
import { type FilesProgress, mostListedFiles } from '../../protocol/files.ts';
import type { Text } from '../../protocol/text.ts';
import type { BytePath } from './byte-path.ts';
import { FileList } from './file-list.ts';
import { type FileLook, FileWalk } from './look-at-files.ts';

interface Sums {
  sizeBytes: number;
  cachedBytes: number;
  dirtyBytes: number | null;
  unknownFiles: number;
  unknownBytes: number;
}

/** A look at files: what it found, and whether it goes on. */
export class LookedFiles {
  readonly number: number;
  readonly list: FileList;
  readonly walk: FileWalk;
  readonly stop = new AbortController();
  /** Where files are opened that have no path, or another one's. */
  readonly links = new Map<number, BytePath>();
  readonly reasons = new Map<string, { text: Text; files: number }>();
  readonly witnesses = { cachestat: 0, mincore: 0 };
  readonly sums: Sums = { sizeBytes: 0, cachedBytes: 0, dirtyBytes: null, unknownFiles: 0, unknownBytes: 0 };
  state: FilesProgress['state'] = 'walking';
  at: BytePath | null = null;
  unlisted = 0;
  sequence = 0;
  readonly #startedMs = performance.now();
  #tookMs: number | undefined;

  constructor(number: number, top: BytePath) {
    this.number = number;
    this.list = new FileList(top);
    this.walk = new FileWalk({
      signal: this.stop.signal,
      onProgress: (_, folder) => {
        this.at = folder;
      },
    });
  }

  get tookMs(): number {
    return this.#tookMs ?? performance.now() - this.#startedMs;
  }

  end(state: 'done' | 'stopped'): void {
    this.#tookMs = this.tookMs;
    this.state = state;
    this.at = null;
    this.sequence++;
  }

  add(look: FileLook, path = look.path, link?: BytePath): void {
    this.sequence++;
    this.#count(look);
    if (this.list.length >= mostListedFiles) {
      this.unlisted++;
      return;
    }
    const file = this.list.add(look, path);
    if (link !== undefined) this.links.set(file, link);
  }

  #count({ witness, reason, sizeBytes, cachedPages, dirtyPages }: FileLook): void {
    const { sums } = this;
    sums.sizeBytes += sizeBytes ?? 0;
    if (dirtyPages !== null) sums.dirtyBytes = (sums.dirtyBytes ?? 0) + dirtyPages * pageSize();
    const cached = cachedPages === null ? null : Math.min(cachedPages * pageSize(), sizeBytes ?? 0);
    sums.cachedBytes += cached ?? 0;
    this.#countUnknown(cached, sizeBytes, 1);
    if (witness) this.witnesses[witness]++;
    if (!reason) return;
    const known = this.reasons.get(reason.en);
    if (known) known.files++;
    else this.reasons.set(reason.en, { text: reason, files: 1 });
  }

  /** Counts a file, or with -1 no more, of whose pages nobody tells. */
  #countUnknown(cached: number | null, sizeBytes: number | null, by: 1 | -1): void {
    if (cached !== null) return;
    this.sums.unknownFiles += by;
    this.sums.unknownBytes += by * (sizeBytes ?? 0);
  }

  /** What a file is now that was looked at again. */
  renew(file: number, look: Omit<FileLook, 'path'>): void {
    const { sums, list } = this;
    const before = list.cachedBytes(file);
    const [size, dirty] = [list.number(file, 'size'), list.number(file, 'dirty')];
    const known = `${size} ${before} ${dirty}`;
    list.set(file, look);
    const now = list.cachedBytes(file);
    if (known === `${look.sizeBytes} ${now} ${look.dirtyPages}`) return;
    sums.cachedBytes += (now ?? 0) - (before ?? 0);
    sums.sizeBytes += (look.sizeBytes ?? 0) - (size ?? 0);
    this.#countUnknown(before, size, -1);
    this.#countUnknown(now, look.sizeBytes, 1);
    if (dirty !== null && look.dirtyPages !== null) {
      sums.dirtyBytes = (sums.dirtyBytes ?? 0) + (look.dirtyPages - dirty) * pageSize();
    }
    this.sequence++;
  }
}
