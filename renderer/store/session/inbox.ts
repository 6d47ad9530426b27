import type { SessionEvent } from '../../../protocol/events.ts';

/** The least time between two changes of the store: a run without waits brings thousands of events a second. */
const gatherMs = 30;

/** Gathers events and hands them on in order, in batches; after a rest, what has arrived together at once. */
export class Inbox {
  readonly #deliver: (events: readonly SessionEvent[]) => void;
  #events: SessionEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the store may change again. */
  #nextMs = 0;

  constructor(deliver: (events: readonly SessionEvent[]) => void) {
    this.#deliver = deliver;
  }

  add(event: SessionEvent): void {
    this.#events.push(event);
    const waitMs = Math.max(0, this.#nextMs - performance.now());
    this.#timer ??= setTimeout(() => this.flush(), waitMs);
  }

  /** Hands on what is there now, before something that must come after it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
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
  }
}
