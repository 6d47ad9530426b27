import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CoreSearch, DumpedRegion, Marker } from '../../lab/core-file/search-core.ts';
import { marker } from './build-core.ts';

/**
 * A process with one page that core files show (region 1) and one that they leave out (region 2), each with its marker.
 */
export interface TwoPages {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly markers: readonly Marker[];
  readonly regions: readonly DumpedRegion[];
}

/** `two-pages.c`, compiled; dispose of it to delete the program. */
export class TwoPagesProgram implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pagescope-two-pages-'));
  readonly #program = join(this.#folder, 'two-pages');

  constructor() {
    chmodSync(this.#folder, 0o755);
    execFileSync('cc', ['-O1', '-o', this.#program, new URL('two-pages.c', import.meta.url).pathname]);
  }

  /** @param limit of core files, as `ulimit -c` has it */
  async start(what: 'abort' | 'wait', cwd: string, limit = 'unlimited'): Promise<TwoPages> {
    const markers = [1, 2].map((region) => ({ region, bytes: marker() }));
    const words = ['-c', `ulimit -c ${limit}; exec "$@"`, 'sh', this.#program, ...(what === 'abort' ? ['abort'] : [])];
    const child = spawn('sh', words, { cwd, stdio: ['pipe', 'pipe', 'ignore'] });
    for (const { bytes } of markers) child.stdin.write(bytes);
    const [line] = await once(child.stdout, 'data');
    const [shown = '', hidden = '', size] = String(line).trim().split(' ');
    const lengthBytes = Number(size);
    return {
      child,
      pid: child.pid ?? 0,
      markers,
      regions: [
        { id: 1, address: BigInt(shown), lengthBytes },
        { id: 2, address: BigInt(hidden), lengthBytes },
      ],
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What to search for in a core file of it. */
export function searchFor({ markers, regions }: Pick<TwoPages, 'markers' | 'regions'>): CoreSearch {
  return { markers, regions, route: 'file', title: { en: '', zh: '' }, signal: new AbortController().signal };
}
