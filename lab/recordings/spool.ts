import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, rmSync, writevSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { unguessable } from '../base/unguessable.ts';
import { type Body, bodyOf, type FromHost, headBytes, messageOf } from './keeper-messages.ts';

/** A file that has become so long is followed by another: what its reader has worked through is given back. */
const longBytes = 4 << 20;

/** So many files may have a name: each that is read loses it, and a reader that is further behind is given up. */
const mostNamed = 64;

/** As much is read at once, unless one message is longer. */
const chunkBytes = 256 << 10;

/**
 * What a host tells its keeper, in a file that lies in memory. What is in it outlives the host: a pipe holds some
 * hundred messages, what waits behind them is the host's, and is lost with it.
 */
export class Spool {
  #paths: string[] = [];
  #fd: number;
  #bytes = 0;

  /** Throws what the file system says where no file can be made. */
  constructor() {
    const { path, fd } = makeFile();
    this.#paths.push(path);
    this.#fd = fd;
  }

  /** Where its reader begins. */
  get path(): string {
    return this.#paths[0] ?? '';
  }

  /** Adds a message, and tells how many bytes that takes. Throws what the file system says. */
  add(message: FromHost): number {
    const turned = this.#bytes >= longBytes ? this.#turn() : 0;
    return turned + this.#write(bodyOf(message));
  }

  /** It has no reader any more. */
  remove(): void {
    closeSync(this.#fd);
    for (const path of this.#paths) rmSync(path, { force: true });
  }

  #turn(): number {
    const { path, fd } = makeFile();
    this.#paths = [...this.#paths, path].slice(-mostNamed);
    try {
      const written = this.#write(bodyOf({ do: 'follow', path }));
      closeSync(this.#fd);
      [this.#fd, this.#bytes] = [fd, 0];
      return written;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  #write({ recording, bytes }: Body): number {
    const head = new Uint32Array([bytes.length, recording]);
    const length = headBytes + bytes.length;
    let written = 0;
    try {
      written = writevSync(this.#fd, [head, bytes], this.#bytes);
    } finally {
      if (written < length) ftruncateSync(this.#fd, this.#bytes);
    }
    if (written < length) throw new Error('ENOSPC: no space left on device, write');
    this.#bytes += length;
    return length;
  }
}

/** The other end: reads what is there, also when nobody writes any more. */
export class SpoolReader {
  #fd: number;
  #at = 0;

  /** Opens the file, which then has no name any more. */
  constructor(path: string) {
    this.#fd = take(path);
  }

  /** The next whole messages, and how many bytes they take; none where all was read. */
  next(): { readonly messages: readonly FromHost[]; readonly bytes: number } {
    const chunk = this.#read();
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    const messages: FromHost[] = [];
    let at = 0;
    while (at + headBytes <= chunk.length) {
      const [length, recording] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      const end = at + headBytes + length;
      if (end > chunk.length) break;
      const message = messageOf({ recording, bytes: chunk.subarray(at + headBytes, end) });
      at = end;
      if (!('do' in message) || message.do !== 'follow') {
        messages.push(message);
        continue;
      }
      closeSync(this.#fd);
      [this.#fd, this.#at] = [take(message.path), 0];
      return { messages, bytes: at };
    }
    this.#at += at;
    return { messages, bytes: at };
  }

  /** From where it is on: a chunk, or the whole of a message that is longer. */
  #read(): Uint8Array {
    const there = fstatSync(this.#fd).size - this.#at;
    const head = new DataView(new ArrayBuffer(headBytes));
    if (there < headBytes || readSync(this.#fd, head, 0, headBytes, this.#at) < headBytes) return new Uint8Array(0);
    const first = headBytes + head.getUint32(0, true);
    const chunk = new Uint8Array(Math.min(there, Math.max(chunkBytes, first)));
    return chunk.subarray(0, readSync(this.#fd, chunk, 0, chunk.length, this.#at));
  }
}

function take(path: string): number {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  rmSync(path, { force: true });
  return fd;
}

/** A new file of this user's, in memory where there is such a folder. */
function makeFile(): { readonly path: string; readonly fd: number } {
  const runtime = process.env.XDG_RUNTIME_DIR ?? '';
  let refused: unknown;
  for (const folder of [runtime, '/dev/shm', tmpdir()]) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, `pagescope-told-${unguessable()}`);
    try {
      return { path, fd: openSync(path, 'wx', 0o600) };
    } catch (error) {
      refused = error;
    }
  }
  throw refused;
}
