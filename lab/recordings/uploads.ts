import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problem } from '../../protocol/problem.ts';
import { maxUploadBytes } from '../../protocol/service.ts';
import { formatBytes } from '../base/format.ts';
import { ownPrefix } from '../base/owned-folder.ts';

interface Upload {
  readonly file: string;
  readonly fd: number;
}

/**
 * Files that come over the connection of a reader, in pieces: into a folder of a random name that its user alone may
 * enter (mkdtemp(3)), which is removed with the connection; where its process is killed, by the next engine.
 */
export class Uploads implements Disposable {
  readonly #mostBytes: number;
  readonly #uploads: Upload[] = [];
  #folder: string | undefined;
  #bytes = 0;

  /** @param mostBytes of all files together */
  constructor(mostBytes = maxUploadBytes) {
    this.#mostBytes = mostBytes;
  }

  /**
   * Adds a piece to a file, or begins one. Throws `over-budget` when there would be too much, and what the system
   * refuses.
   */
  add(upload: number | undefined, bytes: Uint8Array): { upload: number; file: string } {
    if (this.#bytes + bytes.length > this.#mostBytes) {
      const most = formatBytes(this.#mostBytes);
      throw problem(
        'over-budget',
        `One window may upload ${most} in all; give the path of the file on this machine instead.`,
        `一个窗口总共最多上传 ${most}；请改为给出该文件在本机上的路径。`,
      );
    }
    const number = upload ?? this.#begin();
    const found = this.#uploads[number - 1];
    if (!found) throw problem('gone', `Upload ${number} was not begun.`, `上传 ${number} 尚未开始。`);
    for (let at = 0; at < bytes.length; ) at += writeSync(found.fd, bytes, at);
    this.#bytes += bytes.length;
    return { upload: number, file: found.file };
  }

  [Symbol.dispose](): void {
    for (const { fd } of this.#uploads.splice(0)) closeSync(fd);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #begin(): number {
    this.#folder ??= mkdtempSync(join(tmpdir(), ownPrefix('upload')));
    const file = join(this.#folder, `${this.#uploads.length + 1}.pagescope`);
    return this.#uploads.push({ file, fd: openSync(file, 'wx', 0o600) });
  }
}
