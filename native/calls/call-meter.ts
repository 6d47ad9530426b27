/**
 * What one call costs: time and page faults, read right before and right after it.
 */
import { bind, bindAll, type Pointer } from '../libc/libc.ts';
import { munlock } from './mlock.ts';
import { type Faults, RUSAGE } from './resource.ts';

/** clock_gettime(2): nanoseconds since an arbitrary start, not adjusted while it runs. */
const CLOCK_MONOTONIC = 1;

const libcGetrusage = bind<(who: number, usage: Uint8Array) => number>('int getrusage(int, void *)');
const libcClock = bind<(clock: number, timespec: Uint8Array) => number>('int clock_gettime(int, void *)');

/**
 * One reading: a struct rusage (144 bytes on 64-bit Linux) and a struct timespec (16, in 128: koffi passes it in
 * place).
 */
class Reading {
  readonly usage = new Uint8Array(144);
  readonly time = new Uint8Array(128);
  readonly #usageWords = new DataView(this.usage.buffer);
  readonly #timeWords = new DataView(this.time.buffer);

  get ns(): number {
    return long(this.#timeWords, 0) * 1e9 + long(this.#timeWords, 8);
  }

  get minorFaults(): number {
    return long(this.#usageWords, 64);
  }

  get majorFaults(): number {
    return long(this.#usageWords, 72);
  }
}

function long(words: DataView, offset: number): number {
  return words.getUint32(offset, true) + words.getInt32(offset + 4, true) * 2 ** 32;
}

/** A bound call of at most six arguments; koffi passes none on that the call does not have. */
type Call = (...words: never[]) => number;
type AnyCall = (a: Pointer, b: Pointer, c: number, d: Pointer, e: number, f: number) => number;

/**
 * Makes a call, and then tells what it cost. The faults are of the calling thread alone, because V8's own threads fault
 * too.
 *
 * Between the two readings there is nothing that could fault but the call. Nothing is allocated, since every 4 KiB that
 * V8 allocates is its own fault; and no JavaScript function is entered, since V8 installs code that its compiler
 * threads have finished when one is, which allocates too: with objects made there one touch in a hundred was counted as
 * two, with functions one in five hundred. The time includes one call into libc, about 150 ns.
 *
 * Each reading is made once for nothing before: after a fork(2), as the start of any child is, every page of this
 * process is shared with the child, and the first store into it is a fault, also the kernel's store of a reading.
 */
export class CallMeter implements Faults {
  readonly #before = new Reading();
  readonly #after = new Reading();
  readonly #getrusage = libcGetrusage();
  readonly #clock = libcClock();

  /** Calls, and answers what the call answered; `errno` is still that of the call. */
  around(call: Call, a: Pointer, b: Pointer = 0, c = 0, d: Pointer = 0, e = 0, f = 0): number {
    const measured = call as AnyCall;
    const getrusage = this.#getrusage;
    const clock = this.#clock;
    const { usage: usageBefore, time: timeBefore } = this.#before;
    const { usage: usageAfter, time: timeAfter } = this.#after;
    const thread = RUSAGE.THREAD;
    getrusage(thread, usageAfter);
    clock(CLOCK_MONOTONIC, timeAfter);
    clock(CLOCK_MONOTONIC, timeBefore);
    getrusage(thread, usageBefore);
    getrusage(thread, usageBefore);
    clock(CLOCK_MONOTONIC, timeBefore);
    const returned = measured(a, b, c, d, e, f);
    clock(CLOCK_MONOTONIC, timeAfter);
    getrusage(thread, usageAfter);
    return returned;
  }

  /** For calls of other shapes: `begin()`, the call, `end()`. Entering these two functions may itself fault, rarely. */
  begin(): void {
    this.end();
    this.#clock(CLOCK_MONOTONIC, this.#before.time);
    this.#getrusage(RUSAGE.THREAD, this.#before.usage);
    this.#getrusage(RUSAGE.THREAD, this.#before.usage);
    this.#clock(CLOCK_MONOTONIC, this.#before.time);
  }

  end(): void {
    this.#clock(CLOCK_MONOTONIC, this.#after.time);
    this.#getrusage(RUSAGE.THREAD, this.#after.usage);
  }

  get durationNs(): number {
    return this.#after.ns - this.#before.ns;
  }

  get minorFaults(): number {
    return this.#after.minorFaults - this.#before.minorFaults;
  }

  get majorFaults(): number {
    return this.#after.majorFaults - this.#before.majorFaults;
  }
}

let emptyNs: number | undefined;

/**
 * What a duration of a call that does nothing comes to, in ns: munlock(2) of no byte, measured once in this process,
 * before its first other call is. It is what measuring from JavaScript costs: a duration that is not above it says only
 * how long the call took at most. Every function is looked up before.
 */
export function emptyCallNs(): number {
  if (emptyNs !== undefined) return emptyNs;
  bindAll();
  const meter = new CallMeter();
  meter.begin();
  munlock(0n, 0);
  meter.end();
  emptyNs = meter.durationNs;
  return emptyNs;
}
