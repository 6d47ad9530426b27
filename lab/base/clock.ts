/** A session's time: nanoseconds since it began, monotonic. Exact for the first 104 days (2^53 ns). */
export class Clock {
  readonly #origin = process.hrtime.bigint();

  nowNs(): number {
    return Number(process.hrtime.bigint() - this.#origin);
  }
}
