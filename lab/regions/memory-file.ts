import { closeSync } from 'node:fs';
import { ftruncate, memfdCreate, memfdSecret } from '../../native/calls/memfd.ts';
import type { Failed } from '../../native/libc/errno.ts';

/** The call that the kernel refused. */
export type MemoryFileRefused = Failed & { readonly call: 'memfd_create' | 'memfd_secret' | 'ftruncate' };

/** A descriptor with nothing but memory behind it, for a region to map. Whoever makes it closes it, once. */
export class MemoryFile implements Disposable {
  readonly call: 'memfd_create' | 'memfd_secret';
  readonly fd: number;
  /** mincore(2) hides only what others wrote; this file is its maker's. */
  readonly mincoreTells = true;
  #open = true;

  private constructor(call: MemoryFile['call'], fd: number) {
    this.call = call;
    this.fd = fd;
  }

  /** @param name shows in /proc/PID/maps of a memfd */
  static create(kind: 'memfd' | 'secret', name: string, bytes: number): MemoryFile | MemoryFileRefused {
    const call = kind === 'memfd' ? 'memfd_create' : 'memfd_secret';
    const made = kind === 'memfd' ? memfdCreate(name) : memfdSecret();
    if (made.errno !== null) return { ...made, call };
    const sized = ftruncate(made.returned, bytes);
    if (sized.errno === null) return new MemoryFile(call, made.returned);
    closeSync(made.returned);
    return { ...sized, call: 'ftruncate' };
  }

  [Symbol.dispose](): void {
    if (this.#open) closeSync(this.fd);
    this.#open = false;
  }
}
