import { CallMeter, emptyCallNs } from '../../native/calls/call-meter.ts';
import { RUSAGE } from '../../native/calls/resource.ts';
import type { Cost } from '../../native/calls/touch.ts';
import { status } from '../../native/proc/proc-status.ts';
import type { Text } from '../../protocol/text.ts';
import type { Clock } from '../base/clock.ts';
import { faultsSoFar } from './faults-so-far.ts';

/** One for all steps: its buffers are kept, and calls are measured one after the other. */
let callMeter: CallMeter | undefined;

/** What a step's calls cost, alone: what happens between two slices of a long one is not counted. */
export class Meter {
  readonly #startedNs: number;
  #durationNs = 0;
  #minorFaults = 0;
  #majorFaults = 0;
  #vmLckGrowthBytes = 0;

  /** @param weighs each call may lock or unlock, so that VmLck is read around it */
  constructor(clock: Clock, weighs = false) {
    this.#startedNs = clock.nowNs();
    this.measure = weighs ? this.weigh : this.#time;
  }

  get reading() {
    return {
      startedNs: this.#startedNs,
      durationNs: this.#durationNs,
      minorFaults: this.#minorFaults,
      majorFaults: this.#majorFaults,
      vmLckGrowthBytes: Number.isNaN(this.#vmLckGrowthBytes) ? noStatus : this.#vmLckGrowthBytes,
    };
  }

  /** Measures a call; VmLck as well where this meter weighs. */
  readonly measure: <T>(call: () => T) => T;

  #time = <T>(call: () => T): T => {
    callMeter ??= ready();
    callMeter.begin();
    const result = call();
    callMeter.end();
    this.add(callMeter);
    return result;
  };

  /**
   * Measures a call that may lock or unlock: VmLck is of the whole process, so it is read right before and right after.
   */
  weigh = <T>(call: () => T): T => {
    const before = vmLckBytes();
    const result = this.#time(call);
    this.#vmLckGrowthBytes += vmLckBytes() - before;
    return result;
  };

  /** A call that measured itself. */
  add<T extends Cost>(cost: T): T {
    this.#durationNs += cost.durationNs;
    this.#minorFaults += cost.minorFaults;
    this.#majorFaults += cost.majorFaults;
    return cost;
  }
}

export const noStatus: Text = { en: '/proc/self/status cannot be read', zh: '无法读取 /proc/self/status' };

/**
 * Said beside a count of minor faults that is larger than that of the pages that were touched: the JavaScript engine's
 * own are counted as well, since it runs between the readings.
 */
export function engineFaultsOf(pages: number, minorFaults: number): Text {
  if (minorFaults <= pages) return { en: '', zh: '' };
  return { en: ' (with the JavaScript engine’s own)', zh: '（含 JavaScript 引擎自身的）' };
}

/** With the empty call measured before any other. Throws `cannot-run-here` where faults cannot be counted. */
function ready(): CallMeter {
  faultsSoFar(RUSAGE.THREAD);
  emptyCallNs();
  return new CallMeter();
}

/** NaN where it cannot be read. */
function vmLckBytes(): number {
  const own = status();
  return own.errno === null ? own.vmLckBytes : Number.NaN;
}
