import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('./lying-libc.c', import.meta.url));

/** `lying-libc.c`, compiled, until it is disposed of. */
export class LyingLibc implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pagescope-lies-'));
  readonly #library = join(this.#folder, 'lying-libc.so');

  constructor() {
    execFileSync('cc', ['-std=gnu17', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', source, '-o', this.#library]);
  }

  /** The environment of a process that is to be lied to. */
  environment(lies: string): NodeJS.ProcessEnv {
    return { LD_PRELOAD: this.#library, LIES: lies };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
