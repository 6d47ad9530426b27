import { closeSync, fstatSync } from 'node:fs';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import { Slices } from '../base/slices.ts';
import type { BytePath } from './byte-path.ts';
import type { FileLook } from './look-at-files.ts';
import { openToLook, whyRefused } from './open-file.ts';
import { countPagesInSlices, type PageWitness, unknownPages, witnessOf } from './page-witness.ts';

/** Refused files that are told by name. */
export const mostNamed = 20;

/** A file that is open, with who tells of its pages, and how many they are. */
export interface CountedFile {
  readonly fd: number;
  readonly told: PageWitness | Text;
  readonly look: Omit<FileLook, 'path'>;
}

/** A file, open and counted; where it can't be opened its descriptor is -1, and the look says why. */
export async function openCounted(path: BytePath, follow: boolean, signal: AbortSignal): Promise<CountedFile> {
  let fd = -1;
  try {
    fd = openToLook(path, follow);
    const status = fstatSync(fd);
    const { size, mtimeMs } = status;
    const told = status.isFile() ? witnessOf(fd) : notRegular;
    const counts = await countPagesInSlices(fd, size, told, new Slices(), signal);
    return { fd, told, look: { ...counts, sizeBytes: size, pages: Math.ceil(size / pageSize()), mtimeMs } };
  } catch (error) {
    if (fd >= 0) closeSync(fd);
    signal.throwIfAborted();
    const told = whyRefused(error);
    return { fd: -1, told, look: { ...unknownPages(told), sizeBytes: null, pages: null, mtimeMs: null } };
  }
}

const notRegular: Text = { en: 'it is no regular file any more', zh: '它已不再是普通文件' };

export function close({ fd }: CountedFile): void {
  if (fd >= 0) closeSync(fd);
}

/** A range as far as the file has it; without one, all of the file. */
export function clipped(range: PageRange | undefined, pages: number): PageRange {
  if (!range) return { firstPage: 0, pageCount: pages };
  const firstPage = Math.min(range.firstPage, pages);
  return { firstPage, pageCount: Math.min(range.pageCount, pages - firstPage) };
}
