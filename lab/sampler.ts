import { status } from '../native/proc-status.ts';
import { faults, RUSAGE } from '../native/resource.ts';
import type { Sample } from '../protocol/events.ts';
import type { Clock } from './clock.ts';

/** The process that runs the lab, now; undefined where `/proc/self/status` cannot be read. */
export function takeSample(clock: Clock): Sample | undefined {
  const memory = status();
  if (memory.errno !== null) return undefined;
  return { tNs: clock.nowNs(), vmLck: memory.vmLckBytes, vmRss: memory.vmRssBytes, ...faults(RUSAGE.SELF) };
}

/**
 * Calls `tick` at a rate. The next tick is planned only when one is done, so that a slow look makes the rate fall and never
 * piles up work on the main loop.
 */
export class Sampler implements Disposable {
  readonly #intervalMs: number;
  readonly #tick: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(hz: number, tick: () => void) {
    this.#intervalMs = 1000 / hz;
    this.#tick = tick;
    this.#plan();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #plan(): void {
    this.#timer = setTimeout(() => {
      this.#tick();
      if (this.#timer) this.#plan();
    }, this.#intervalMs);
  }
}
