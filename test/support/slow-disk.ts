import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('./slow-disk.c', import.meta.url));

/** `slow-disk.c`, compiled, until it is disposed of. */
export class SlowDisk implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pagescope-slow-'));
  readonly #library = join(this.#folder, 'slow-disk.so');

  constructor() {
    execFileSync('cc', ['-std=gnu17', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', source, '-o', this.#library]);
  }

  /** The environment of a process whose disk it is to be. */
  environment({ usPerKib = 0, msPerSync = 0, room = 0 }): { LD_PRELOAD: string; SLOW_DISK: string } {
    return { LD_PRELOAD: this.#library, SLOW_DISK: `${usPerKib} ${msPerSync} ${room}` };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
