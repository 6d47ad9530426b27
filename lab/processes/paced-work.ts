import { setImmediate, setTimeout } from 'node:timers/promises';
import { threadCpuNs } from '../../native/calls/thread-cpu.ts';
import type { LookCost } from '../../protocol/processes.ts';

/** How long a piece of work may keep the main loop from others. */
const pieceMs = 4;

/** Most of one CPU that looking may take, on an average. */
export const mostCpuShare = 0.04;

/** How long to wait after work, so that no more than `mostCpuShare` goes to it. */
export function restAfterMs(cpuNs: number, share = mostCpuShare): number {
  return cpuNs / share / 1e6;
}

/** Long work in pieces, between which the main loop goes on; what others do meanwhile is not counted as its cost. */
export class PacedWork {
  readonly #startedNs = process.hrtime.bigint();
  readonly #hurried: boolean;
  #spentNs = 0;
  #pieceFromNs = threadCpuNs();
  #pieceFromMs = performance.now();

  /** @param hurried what somebody waits for: others get a turn between pieces, and no more */
  constructor(hurried = false) {
    this.#hurried = hurried;
  }

  /** Whether this piece has lasted long enough. */
  get over(): boolean {
    return performance.now() - this.#pieceFromMs > pieceMs;
  }

  /** Lets the main loop handle what is waiting, at least so long, and begins the next piece. */
  async rest(ms = 0): Promise<void> {
    this.#spentNs += threadCpuNs() - this.#pieceFromNs;
    await (ms > 0 && !this.#hurried ? setTimeout(ms) : setImmediate());
    this.#pieceFromNs = threadCpuNs();
    this.#pieceFromMs = performance.now();
  }

  /** What it cost so far. */
  get cost(): LookCost {
    return {
      cpuNs: this.#spentNs + threadCpuNs() - this.#pieceFromNs,
      elapsedNs: Number(process.hrtime.bigint() - this.#startedNs),
    };
  }
}
