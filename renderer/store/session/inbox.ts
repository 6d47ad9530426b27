import type { SessionEvent } from '../../../protocol/events.ts';

/** How long events are gathered before the store changes: a run without waits brings thousands a second. */
const gatherMs = 30;

/** Gathers events and hands them on in order, in batches. */
export class Inbox {
  readonly #deliver: (events: readonly SessionEvent[]) => void;
  #events: SessionEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deliver: (events: readonly SessionEvent[]) => void) {
    this.#deliver = deliver;
  }

  add(event: SessionEvent): void {
    this.#events.push(event);
    this.#timer ??= setTimeout(() => this.flush(), gatherMs);
  }

  /** Hands on what is there now, before something that must come after it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) this.#deliver(events);
  }
}
