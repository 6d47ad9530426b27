import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  mkdtempSync,
  openSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
  write,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mincoreTellsOf } from '../../native/calls/page-cache.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { readText } from '../../native/proc/proc-file.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import { formatBytes } from '../base/format.ts';
import { type PageWitness, witnessOf } from '../files/page-witness.ts';
import { diskFolder, liesInMemory } from './disk-folder.ts';

const writeAsync = promisify(write);
const fsyncAsync = promisify(fsync);

/** Bytes written at a time while a file is made. */
const chunkBytes = 1 << 20;

/** A file that a region maps. Whoever opens it closes it, once. */
export class BackingFile implements Disposable {
  /** As a person knows it; a file that Pagescope made has no name any more. */
  readonly name: string;
  readonly fd: number;
  readonly bytes: number;
  readonly writable: boolean;
  /**
   * Whether mincore(2) says what is resident. Since Linux 5.2 it says that all is, of a file neither one's own nor
   * writable.
   */
  readonly mincoreTells: boolean;
  #open = true;

  private constructor(name: string, fd: number, bytes: number, writable: boolean, mincoreTells: boolean) {
    this.name = name;
    this.fd = fd;
    this.bytes = bytes;
    this.writable = writable;
    this.mincoreTells = mincoreTells;
  }

  /** Pages that the file fills, the last one perhaps in part. */
  get pages(): number {
    return Math.ceil(this.bytes / pageSize());
  }

  /**
   * A new file of whole pages on a disk, written out so that its pages are clean. It is deleted at once and lives on
   * until it is closed, so nothing is left behind even when the process is killed.
   */
  static async temporary(pages: number): Promise<BackingFile> {
    const bytes = pages * pageSize();
    const [folder, fd] = openDeleted();
    try {
      await fill(fd, bytes);
      return new BackingFile('', fd, bytes, true, true);
    } catch (cause) {
      closeSync(fd);
      throw problem(
        'cannot-run-here',
        `A file of ${formatBytes(bytes)} could not be made in ${folder}: ${reasonOf(cause)}. Make room there, or choose fewer pages.`,
        `无法在 ${folder} 中创建 ${formatBytes(bytes)} 的文件：${reasonOf(cause)}。请腾出空间，或减少页数。`,
        { cause },
      );
    }
  }

  /** The user's file, to be read. Throws `bad-input` when it is missing, unreadable, empty, or no regular file. */
  static open(path: string): BackingFile {
    let fd: number;
    try {
      // Without O_NONBLOCK a pipe would wait for its writer.
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (cause) {
      throw refused(path, path.includes('\ufffd') ? notUtf8 : whyNotOpened(cause), { cause });
    }
    try {
      const file = fstatSync(fd);
      if (file.isDirectory()) throw refused(path, { en: 'it is a directory', zh: '它是一个目录' });
      if (!file.isFile()) throw refused(path, { en: 'it is not a regular file', zh: '它不是普通文件' });
      if (file.size === 0) throw refused(path, { en: 'it is empty', zh: '文件为空' });
      return new BackingFile(path, fd, file.size, false, mincoreTellsOf(fd));
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Its length in bytes now: another process may have cut it. */
  get bytesNow(): number {
    return fstatSync(this.fd).size;
  }

  /** Whether its pages are the file itself, as on tmpfs, so that there is nothing to drop them for. */
  get inMemory(): boolean {
    return liesInMemory(`/proc/self/fd/${this.fd}`);
  }

  /** Who tells what the page cache holds of it, or why nobody does. */
  get pageWitness(): PageWitness | Text {
    return witnessOf(this.fd);
  }

  /**
   * Pages of one block of its file system, at least 1: what is read at the least where blocks are larger than pages.
   */
  get blockPages(): number {
    return Math.max(1, statfsSync(`/proc/self/fd/${this.fd}`).bsize / pageSize());
  }

  /** Pages that the kernel reads ahead on its device, at most; undefined where sysfs does not tell. sysfs-class-bdi */
  get readaheadPages(): number | undefined {
    const { dev } = fstatSync(this.fd);
    // As gnu_dev_major and gnu_dev_minor take it apart, for numbers below 2^32.
    const device = `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
    for (const folder of [`class/bdi/${device}`, `dev/block/${device}/bdi`, `dev/block/${device}/../bdi`]) {
      const read = readText(`/sys/${folder}/read_ahead_kb`);
      if (read.errno === null) return (Number(read.text) * 1024) / pageSize();
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    if (this.#open) closeSync(this.fd);
    this.#open = false;
  }
}

function refused(given: string, why: Text, options?: { cause: unknown }) {
  const path = given.replaceAll('\0', '\\0');
  return problem(
    'bad-input',
    `${path} cannot be mapped: ${why.en}; name a file that you can read.`,
    `无法映射 ${path}：${why.zh}；请指定一个可读的文件。`,
    options,
  );
}

const notUtf8: Text = {
  en: 'its name is not UTF-8, which cannot be passed on; give it another name, or a link with one',
  zh: '它的名称不是 UTF-8，无法传递；请改名，或为它建立一个链接',
};

function whyNotOpened(cause: unknown): Text {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOENT':
      return { en: 'it does not exist', zh: '文件不存在' };
    case 'EACCES':
      return { en: 'you may not read it', zh: '没有读取权限' };
    case 'ENOTDIR':
      return { en: 'a part of its path is not a directory', zh: '路径中有一部分不是目录' };
    case 'ERR_INVALID_ARG_VALUE':
      return { en: 'a path has no zero byte in it', zh: '路径中不能有零字节' };
    default:
      return { en: reasonOf(cause), zh: reasonOf(cause) };
  }
}

/** `ENOSPC: no space left on device`, without the call and the path that Node adds. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split(', ')[0] ?? message;
}

/** An open file that has no name any more, and the folder where it had one. */
function openDeleted(): [folder: string, fd: number] {
  const folder = diskFolder();
  const own = mkdtempSync(join(folder, 'pagescope-'));
  try {
    const fd = openSync(join(own, 'pages'), 'wx+', 0o600);
    unlinkSync(join(own, 'pages'));
    return [folder, fd];
  } finally {
    // Takes no descriptor, of which there may be none left.
    rmdirSync(own);
  }
}

/** A disk may take its time, so the main loop goes on meanwhile. */
async function fill(fd: number, bytes: number): Promise<void> {
  const chunk = new Uint8Array(Math.min(bytes, chunkBytes)).fill(1);
  for (let at = 0; at < bytes; ) {
    at += (await writeAsync(fd, chunk, 0, Math.min(chunk.length, bytes - at), at)).bytesWritten;
  }
  await fsyncAsync(fd);
}
