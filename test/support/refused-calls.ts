import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `mlock=EPERM`; `ioctl:0xc0606610=EPERM` is one request of ioctl(2). What C knows stands in `refuse-calls.c`. */
export type Refused = `${string}=${'EPERM' | 'ENOSYS' | 'EACCES' | 'EINVAL' | 'ENOMEM' | 'EAGAIN' | 'ENOTTY'}`;

/** The requests of ioctl(2) that Pagescope makes. */
export const ioctls = { PAGEMAP_SCAN: 'ioctl:0xc0606610', PROCMAP_QUERY: 'ioctl:0xc0686611' } as const;

/** The words before a command that run it under a seccomp filter which refuses these calls; dispose of it. */
export class RefusedCalls implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pagescope-refuse-'));
  readonly #program = join(this.#folder, 'refuse-calls');

  constructor() {
    chmodSync(this.#folder, 0o755);
    const source = fileURLToPath(new URL('refuse-calls.c', import.meta.url));
    execFileSync('cc', ['-std=gnu17', '-Wall', '-Wextra', '-Werror', source, '-o', this.#program]);
  }

  prefix(...refused: Refused[]): string[] {
    return [this.#program, ...refused, '--'];
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
