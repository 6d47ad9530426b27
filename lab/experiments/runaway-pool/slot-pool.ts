/** What an evicted slot's memory is told to be, or null: nothing is ever evicted. */
export type Policy = 'MADV_DONTNEED' | 'MADV_FREE' | null;

/**
 * Numbers of slots, live and idle. The idle one that came back last is given first; where more than `cap` are idle the
 * one that is idle for longest is evicted, and given again only when no other is left.
 */
export class SlotPool {
  /** Requests for which no idle slot was there. */
  misses = 0;
  evicted = 0;
  readonly #cap: number;
  readonly #live: number[] = [];
  readonly #idle: number[] = [];
  readonly #cold: number[] = [];

  /** @param cap idle slots that are kept */
  constructor(slots: number, cap: number) {
    this.#cap = cap;
    for (let slot = slots - 1; slot >= 0; slot--) this.#cold.push(slot);
  }

  get live(): number {
    return this.#live.length;
  }

  /** A slot. There are enough: whoever asks knows how many are live. */
  take(): number {
    const idle = this.#idle.pop();
    if (idle === undefined) this.misses++;
    const slot = idle ?? this.#cold.pop() ?? 0;
    this.#live.push(slot);
    return slot;
  }

  /** Gives the slot back that was taken last. The one that is to be evicted for it, if any. */
  giveBack(): number | undefined {
    const slot = this.#live.pop();
    if (slot !== undefined) this.#idle.push(slot);
    if (this.#idle.length <= this.#cap) return undefined;
    const oldest = this.#idle.shift();
    if (oldest === undefined) return undefined;
    this.evicted++;
    this.#cold.push(oldest);
    return oldest;
  }
}
