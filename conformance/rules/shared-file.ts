/** A small file for rules about file mappings. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAP, mmap, munmap } from '../../native/calls/mman.ts';
import { bytes, skip } from '../rule.ts';

/** Gives `use` the path of a new file of 8 pages, and removes it. */
export async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-'));
  try {
    writeFileSync(join(folder, 'file'), new Uint8Array(bytes(8)));
    await use(join(folder, 'file'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Maps a new file of `filePages` pages over `mapPages` pages, shared; removes both afterwards. */
export function withSharedFile(
  filePages: number,
  mapPages: number,
  protection: number,
  use: (address: bigint) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-'));
  let fd = -1;
  try {
    fd = openSync(join(folder, 'file'), 'w+');
    // All of it or an error: where there is no room write(2) takes a part.
    writeFileSync(fd, new Uint8Array(bytes(filePages)).fill(7));
    const mapped = mmap(null, bytes(mapPages), protection, MAP.SHARED, fd, 0);
    if (mapped.errno !== null)
      skip({
        en: `A file in ${tmpdir()} can't be mapped: ${mapped.errno}.`,
        zh: `${tmpdir()} 中的文件无法映射：${mapped.errno}。`,
      });
    try {
      use(mapped.returned);
    } finally {
      munmap(mapped.returned, bytes(mapPages));
    }
  } finally {
    if (fd >= 0) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  }
}
