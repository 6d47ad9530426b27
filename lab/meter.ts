import type { Cost } from '../native/touch.ts';
import type { Clock } from './clock.ts';

/** Time and faults of a step's calls alone: what happens between two slices of a long one is not counted. */
export class Meter {
  readonly #clock: Clock;
  readonly #startedNs: number;
  #durationNs = 0;
  #minorFaults = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedNs = clock.nowNs();
  }

  get reading() {
    return { startedNs: this.#startedNs, durationNs: this.#durationNs, minorFaults: this.#minorFaults };
  }

  measure = <T>(call: () => T): T => {
    const beganNs = this.#clock.nowNs();
    const result = call();
    this.#durationNs += this.#clock.nowNs() - beganNs;
    return result;
  };

  /** A call that measured itself. */
  add<T extends Cost>(cost: T): T {
    this.#durationNs += cost.durationNs;
    this.#minorFaults += cost.minorFaults;
    return cost;
  }
}
