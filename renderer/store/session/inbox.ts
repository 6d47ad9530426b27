import type { SessionEvent } from '../../../protocol/events.ts';
import type { RafScheduler } from '../../raf-scheduler.ts';

/** The least time between two changes of the store: a run without waits brings thousands of events a second. */
const gatherMs = 30;
/** What only goes on with a curve waits this long for something to be drawn with. */
const sampleMs = 100;

/** Gathers events and hands them on in order, in batches: all that has come by the next frame, at its beginning. */
export class Inbox {
  readonly #deliver: (events: readonly SessionEvent[]) => void;
  readonly #scheduler: Pick<RafScheduler, 'before' | 'forget'>;
  #events: SessionEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the events that are here are due. */
  #dueMs = Number.POSITIVE_INFINITY;
  /** When the store may change again. */
  #nextMs = 0;

  constructor(scheduler: Pick<RafScheduler, 'before' | 'forget'>, deliver: (events: readonly SessionEvent[]) => void) {
    this.#scheduler = scheduler;
    this.#deliver = deliver;
  }

  add(event: SessionEvent): void {
    this.#events.push(event);
    const nowMs = performance.now();
    const dueMs = Math.max(this.#nextMs, event.kind === 'sample' ? nowMs + sampleMs : nowMs);
    if (dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    clearTimeout(this.#timer);
    if (dueMs <= nowMs) this.#scheduler.before(this.flush);
    else this.#timer = setTimeout(() => this.#scheduler.before(this.flush), dueMs - nowMs);
  }

  /** Hands on what is there now, before something that must come after it. */
  readonly flush = (): void => {
    clearTimeout(this.#timer);
    this.#scheduler.forget(this.flush);
    this.#dueMs = Number.POSITIVE_INFINITY;
    const events = this.#events;
    this.#events = [];
    if (events.length === 0) return;
    const beganMs = performance.now();
    this.#deliver(events);
    // Drawn is what came of them in microtasks before this one. As long again is left to what waits for its turn.
    queueMicrotask(() => {
      const endedMs = performance.now();
      this.#nextMs = endedMs + Math.max(gatherMs, endedMs - beganMs);
    });
  };
}
