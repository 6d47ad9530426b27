/** What every bench needs: rows, medians, and the C program that they are compared with. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { threadCpuNs } from '../../../native/calls/thread-cpu.ts';

/** The size that the figures are stated for: 1 GiB of 4 KiB pages. */
export const pages = 262_144;

/** One line of `npm run bench`. `bound` is the ratio that must not be passed. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly reference: number;
  readonly ratio: number;
  readonly bound: number;
}

/** A figure that could not be measured here, and why. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

export function row(name: string, unit: string, bound: number, ours: number, reference: number): Row {
  return { name, unit, ours: round(ours), reference: round(reference), ratio: round(ours / reference), bound };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** CPU time of this thread so far, in ns. */
export const cpuNs = threadCpuNs;

/**
 * Takes a turn of the main loop whenever it can; what is computed between two is what everybody else has to wait for.
 */
export async function longestBlockMs(work: Promise<unknown>): Promise<number> {
  let working = true;
  void work.finally(() => {
    working = false;
  });
  let longestNs = 0;
  let lastNs = cpuNs();
  while (working) {
    await setImmediate();
    const nowNs = cpuNs();
    longestNs = Math.max(longestNs, nowNs - lastNs);
    lastNs = nowNs;
  }
  await work;
  return longestNs / 1e6;
}

/** `native.c`, compiled; dispose of it to delete the program. Undefined where there is no C compiler. */
export class Native implements Disposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static compile(): Native | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'pagescope-bench-'));
    try {
      execFileSync('cc', ['-O2', '-o', join(folder, 'native'), new URL('native.c', import.meta.url).pathname]);
      return new Native(folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Runs one measurement: a median of CPU time in ns. */
  measure(work: 'mincore' | 'touch', rounds: number): number {
    const words = [work, String(pages), String(rounds)];
    return Number(execFileSync(join(this.#folder, 'native'), words, { encoding: 'utf8' }));
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
