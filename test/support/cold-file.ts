import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MADV, MAP, madvise, mincore, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { POSIX_FADV, posixFadvise } from '../../native/calls/page-cache.ts';
import { pageSize } from '../../native/libc/sysconf.ts';

/** A file's mapping of which nothing is in memory, so that the first touch of each page waits for the disk. */
export class ColdFile implements Disposable {
  readonly address: bigint;
  readonly pages: number;
  readonly #folder: string;

  constructor(pages: number) {
    this.pages = pages;
    this.#folder = mkdtempSync(join(tmpdir(), 'pagescope-cold-'));
    const fd = openSync(join(this.#folder, 'file'), 'w+');
    writeSync(fd, new Uint8Array(pages * pageSize()).fill(1));
    fsyncSync(fd);
    posixFadvise(fd, 0, 0, POSIX_FADV.DONTNEED);
    const mapped = mmap(null, pages * pageSize(), PROT.READ | PROT.WRITE, MAP.PRIVATE, fd, 0);
    closeSync(fd);
    if (mapped.errno !== null) throw new Error(mapped.errno);
    this.address = mapped.returned;
    // So that a page brings none of its neighbours with it.
    madvise(this.address, pages * pageSize(), MADV.RANDOM);
  }

  /** Whether its pages could be dropped: where files are kept in memory they can't. */
  get isCold(): boolean {
    const vec = new Uint8Array(this.pages);
    mincore(this.address, this.pages * pageSize(), vec);
    return vec.every((byte) => (byte & 1) === 0);
  }

  [Symbol.dispose](): void {
    munmap(this.address, this.pages * pageSize());
    rmSync(this.#folder, { recursive: true });
  }
}
