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
/** The same at a rate that nobody waits at, so that it takes a thousandth of the time; up to `mostRestMs`. */
const slowHz = 2;
const slowRestPerTick = 999;
const mostRestMs = 2000;
/** When nothing has moved for so long, it rests an eighth of that time between ticks, until something does. */
const calmMs = 5000;
const calmPerRest = 8;

/**
 * Calls `tick` at a rate. The next tick is planned only when one is done, and so that ticks take a tenth of the time at
 * the most: slow looks make the rate fall, and never pile up work on the main loop.
 */
export class Sampler implements Disposable {
  readonly #intervalMs: number;
  readonly #slow: boolean;
  readonly #tick: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #movedMs = performance.now();
  #resting = false;
  #tookMs = Number.POSITIVE_INFINITY;

  /** @param tick returns whether something moved */
  constructor(hz: number, tick: () => boolean) {
    this.#intervalMs = 1000 / hz;
    this.#slow = hz <= slowHz;
    this.#tick = tick;
    this.#plan();
  }

  /** Something is about to move: it ticks at its rate from now on. */
  wake(): void {
    this.#movedMs = performance.now();
    if (!this.#resting || !this.#timer) return;
    clearTimeout(this.#timer);
    this.#plan();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #plan(tookMs = 0): void {
    const stillMs = performance.now() - this.#movedMs;
    this.#resting = this.#slow || stillMs >= calmMs;
    const slowRestMs = Math.min(Math.max(slowRestPerTick * tookMs, stillMs / calmPerRest), mostRestMs);
    this.#timer = setTimeout(
      () => {
        const beganMs = performance.now();
        const moved = this.#tick();
        const endedMs = performance.now();
        if (moved) this.#movedMs = endedMs;
        const tookMs = endedMs - beganMs;
        // One that was held up by others is no reason to look away for long.
        if (this.#timer) this.#plan(Math.min(tookMs, this.#tookMs));
        this.#tookMs = tookMs;
      },
      Math.max(this.#intervalMs, restPerTick * tookMs, this.#resting ? slowRestMs : 0),
    );
  }
}
