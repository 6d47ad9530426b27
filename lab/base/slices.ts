import { setImmediate } from 'node:timers/promises';

/** Lets the main loop handle what is waiting, between two pieces of long work. */
export function breathe(): Promise<void> {
  return setImmediate();
}

/** How long pieces of long work follow one another before the main loop gets its turn. */
const sliceMs = 4;

/**
 * Long work in slices. Between two pieces: `if (slices.over) await slices.next()`, which costs no turn while a slice
 * lasts.
 */
export class Slices {
  #endsMs = performance.now() + sliceMs;

  /** Whether this slice has lasted long enough. */
  get over(): boolean {
    return performance.now() > this.#endsMs;
  }

  /** Lets the main loop handle what is waiting, and begins the next slice. */
  async next(): Promise<void> {
    await breathe();
    this.#endsMs = performance.now() + sliceMs;
  }
}
