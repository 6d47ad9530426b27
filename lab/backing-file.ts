import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '../native/proc-status.ts';
import { pageSize } from '../native/sysconf.ts';
import type { Text } from '../protocol/text.ts';
import { problem } from './problems.ts';

/** File systems that live in memory: their pages are the file, so the page cache cannot drop them. statfs(2) */
const memoryFileSystems: ReadonlySet<number> = new Set([0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */]);

/** Bytes written at a time while a file is made. */
const chunkBytes = 1 << 20;

/** A file that a region maps. Whoever opens it closes it, once. */
export class BackingFile implements Disposable {
  /** As a person knows it; a file that Pagescope made has no name any more. */
  readonly name: string;
  readonly fd: number;
  readonly bytes: number;
  readonly writable: boolean;
  /** Whether mincore(2) says what is resident. Since Linux 5.2 it says that all is, of a file neither one's own nor writable. */
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
   * A new file of whole pages on a disk, written out so that its pages are clean. It is deleted at once and lives on until it is
   * closed, so nothing is left behind even when the process is killed.
   */
  static temporary(pages: number): BackingFile {
    const bytes = pages * pageSize();
    const folder = mkdtempSync(join(diskFolder(), 'pagescope-'));
    try {
      const fd = openSync(join(folder, 'pages'), 'wx+', 0o600);
      try {
        fill(fd, bytes);
        return new BackingFile('', fd, bytes, true, true);
      } catch (cause) {
        closeSync(fd);
        throw problem(
          'cannot-run-here',
          `A file of ${bytes} bytes could not be made in ${folder}: ${reasonOf(cause)}. Make room there, or choose fewer pages.`,
          `无法在 ${folder} 中创建 ${bytes} 字节的文件：${reasonOf(cause)}。请腾出空间，或减少页数。`,
          { cause },
        );
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** The user's file, to be read. Throws `bad-input` when it is missing, unreadable, empty, or no regular file. */
  static open(path: string): BackingFile {
    let fd: number;
    try {
      // Without O_NONBLOCK a pipe would wait for its writer.
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (cause) {
      throw refused(path, whyNotOpened(cause), { cause });
    }
    try {
      const file = fstatSync(fd);
      if (file.isDirectory()) throw refused(path, { en: 'it is a directory', zh: '它是一个目录' });
      if (!file.isFile()) throw refused(path, { en: 'it is not a regular file', zh: '它不是普通文件' });
      if (file.size === 0) throw refused(path, { en: 'it is empty', zh: '文件为空' });
      return new BackingFile(path, fd, file.size, false, tellsItsResidency(path, file.uid));
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
    return memoryFileSystems.has(statfsSync(`/proc/self/fd/${this.fd}`).type);
  }

  [Symbol.dispose](): void {
    if (this.#open) closeSync(this.fd);
    this.#open = false;
  }
}

function refused(path: string, why: Text, options?: { cause: unknown }) {
  return problem(
    'bad-input',
    `${path} cannot be mapped: ${why.en}; name a file that you can read.`,
    `无法映射 ${path}：${why.zh}；请指定一个可读的文件。`,
    options,
  );
}

function whyNotOpened(cause: unknown): Text {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOENT':
      return { en: 'it does not exist', zh: '文件不存在' };
    case 'EACCES':
      return { en: 'you may not read it', zh: '没有读取权限' };
    case 'ENOTDIR':
      return { en: 'a part of its path is not a directory', zh: '路径中有一部分不是目录' };
    default:
      return { en: reasonOf(cause), zh: reasonOf(cause) };
  }
}

/** What the kernel asks before mincore and cachestat tell: owner, CAP_FOWNER, or permission to write. mm/mincore.c */
function tellsItsResidency(path: string, owner: number): boolean {
  if (owner === process.geteuid?.()) return true;
  const self = status();
  if (self.errno === null && self.effective.includes('CAP_FOWNER')) return true;
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function fill(fd: number, bytes: number): void {
  ftruncateSync(fd, bytes);
  const chunk = new Uint8Array(Math.min(bytes, chunkBytes)).fill(1);
  for (let at = 0; at < bytes; ) at += writeSync(fd, chunk, 0, Math.min(chunk.length, bytes - at), at);
  fsyncSync(fd);
}

/** A folder that is on a disk and may be written to; where there is none, the usual temporary one. */
function diskFolder(): string {
  for (const folder of [tmpdir(), '/var/tmp', homedir()]) {
    try {
      if (memoryFileSystems.has(statfsSync(folder).type)) continue;
      rmSync(mkdtempSync(join(folder, 'pagescope-')), { recursive: true });
      return folder;
    } catch {
      // Not there, or not ours to write to: the next one.
    }
  }
  return tmpdir();
}
