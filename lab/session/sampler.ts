import { getrlimit, getrusage, RLIMIT, RUSAGE } from '../../native/calls/resource.ts';
import { type Status, status } from '../../native/proc/proc-status.ts';
import type { Sample } from '../../protocol/events.ts';
import { problem } from '../../protocol/problem.ts';
import type { Clock } from '../base/clock.ts';

/** `/proc/self/status`. Throws `cannot-run-here` where it cannot be read. */
export function ownStatus(): Status {
  const own = status();
  if (own.errno === null) return own;
  throw problem(
    'cannot-run-here',
    `/proc/self/status cannot be read: ${own.errno}.`,
    `无法读取 /proc/self/status：${own.errno}。`,
  );
}

/** The process that runs the lab, now; undefined where its status or its page faults cannot be read. */
export function takeSample(clock: Clock): Sample | undefined {
  const used = getrusage(RUSAGE.SELF);
  const memory = status();
  if (memory.errno !== null || used.errno !== null) return undefined;
  const limits = getrlimit(RLIMIT.MEMLOCK);
  const soft = limits.errno === null ? limits.soft : undefined;
  return {
    tNs: clock.nowNs(),
    vmLck: memory.vmLckBytes,
    vmRss: memory.vmRssBytes,
    minorFaults: used.minorFaults,
    majorFaults: used.majorFaults,
    ...(soft === undefined ? {} : { memlockSoft: soft === 'unlimited' ? soft : Number(soft) }),
  };
}

/** How much longer than a tick took it waits before the next: the rest of the time is for what is being looked at. */
const restPerTick = 9;
/** The same at a rate that nobody waits at, so that it takes a five hundredth of the time; up to `mostRestMs`. */
const slowHz = 2;
const slowRestPerTick = 499;
const mostRestMs = 2000;

/**
 * Calls `tick` at a rate. The next tick is planned only when one is done, and so that ticks take a tenth of the time at
 * the most: slow looks make the rate fall, and never pile up work on the main loop.
 */
export class Sampler implements Disposable {
  readonly #intervalMs: number;
  readonly #slow: boolean;
  readonly #tick: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(hz: number, tick: () => void) {
    this.#intervalMs = 1000 / hz;
    this.#slow = hz <= slowHz;
    this.#tick = tick;
    this.#plan();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #plan(tookMs = 0): void {
    const slowRestMs = this.#slow ? Math.min(slowRestPerTick * tookMs, mostRestMs) : 0;
    this.#timer = setTimeout(
      () => {
        const beganMs = performance.now();
        this.#tick();
        if (this.#timer) this.#plan(performance.now() - beganMs);
      },
      Math.max(this.#intervalMs, restPerTick * tookMs, slowRestMs),
    );
  }
}
