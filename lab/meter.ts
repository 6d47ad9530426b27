import { status } from '../native/proc-status.ts';
import type { Cost } from '../native/touch.ts';
import type { Clock } from './clock.ts';

/** What a step's calls cost, alone: what happens between two slices of a long one is not counted. */
export class Meter {
  readonly #clock: Clock;
  readonly #startedNs: number;
  #durationNs = 0;
  #minorFaults = 0;
  #vmLckGrowthBytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedNs = clock.nowNs();
  }

  get reading() {
    return {
      startedNs: this.#startedNs,
      durationNs: this.#durationNs,
      minorFaults: this.#minorFaults,
      vmLckGrowthBytes: this.#vmLckGrowthBytes,
    };
  }

  measure = <T>(call: () => T): T => {
    const beganNs = this.#clock.nowNs();
    const result = call();
    this.#durationNs += this.#clock.nowNs() - beganNs;
    return result;
  };

  /** Measures a call that may lock or unlock: VmLck is of the whole process, so it is read right before and right after. */
  weigh = <T>(call: () => T): T => {
    const before = vmLckBytes();
    const result = this.measure(call);
    this.#vmLckGrowthBytes += vmLckBytes() - before;
    return result;
  };

  /** A call that measured itself. */
  add<T extends Cost>(cost: T): T {
    this.#durationNs += cost.durationNs;
    this.#minorFaults += cost.minorFaults;
    return cost;
  }
}

/** NaN, which equals no expectation, where it cannot be read. */
function vmLckBytes(): number {
  const own = status();
  return own.errno === null ? own.vmLckBytes : Number.NaN;
}
