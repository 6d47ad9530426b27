import { CallMeter } from '../../../native/calls/call-meter.ts';
import { type QuickHeap, quickHeap } from '../../../native/calls/malloc.ts';
import { RUSAGE } from '../../../native/calls/resource.ts';
import { type ErrnoName, failed } from '../../../native/libc/errno.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { mallocThreshold } from '../../experiment-kit/steady-malloc.ts';
import { faultsSoFar } from '../../operations/faults-so-far.ts';
import { FormulaError } from './formula.ts';
import { grown, type Rule, type Way } from './rules.ts';

/** What glibc has in front of a block that it mapped alone; the block's address is this far into its first page. */
export const headerBytes = 16;

/** Pushes before the clock is looked at: 0.2 ms, or 2 where each push is a call that grows. */
const pushesAtOnce = 4096;

/** Bytes stored or copied before the main loop may get its turn: some 2 ms. */
const bytesAtOnce = 4 * 1024 * 1024;

/** Points of the curve that are kept; where there would be more, every second one is dropped. */
const mostPoints = 256;

/** Bounds that no rule may cross. */
export interface Bounds {
  /** Bytes that the buffer may have, with the old one beside it while it is copied. */
  readonly bytes: number;
  /** Bytes that may be copied in all; the pushes end before. */
  readonly copiedBytes: number;
}

/**
 * A buffer of items that grows by a rule, in real memory. Each push stores an item: every byte of the n-th is n & 255.
 *
 * How realloc gave it more room is told by marks of glibc and of the kernel: the usable size of a block that is mapped
 * alone is a multiple of 16, that of one of the heap is 8 off. A mapped one that is mapped again, with another usable
 * size, was moved or stretched by mremap(2), unless its pages were faulted in anew: that is a copy, as is what else has
 * another address. malloc/malloc.c
 */
export class GrowingBuffer implements Disposable {
  readonly rule: Rule;
  readonly way: Way;
  readonly size: number;
  address = 0;
  capacity = 0;
  pushed = 0;
  /** Why the kernel gave no more; the pushes end there. */
  errno: ErrnoName | null = null;
  /** The pushes ended because more would have been copied than may be. */
  capped = false;
  /** What the pushes took, with what measuring them took. */
  durationNs = 0;
  /** Of the thread, during the pushes. */
  minorFaults = 0;

  /** Calls that were to grow it, and those after which malloc_usable_size(3) says that all of the room is there. */
  asked = 0;
  made = 0;
  /** At the same address as before; with mremap(2) to another; copied by realloc or by us. */
  inPlace = 0;
  moved = 0;
  copied = 0;
  copiedBytes = 0;
  /** Faults while mremap(2) moved or stretched it. */
  mremapCalls = 0;
  mremapFaults = 0;
  /** Faults while it was copied into new pages, and how many pages that wrote. */
  copyFaults = 0;
  copiedPages = 0;
  peakSlackItems = 0;

  readonly #heap: QuickHeap = quickHeap();
  readonly #meter = new CallMeter();
  readonly #bounds: Bounds;
  #usable = 0;
  #points: [size: number, capacity: number][] = [[0, 0]];
  #pointStep = 1;
  #skippedPoints = 0;

  constructor(rule: Rule, way: Way, size: number, bounds: Bounds) {
    this.rule = rule;
    this.way = way;
    this.size = size;
    this.#bounds = bounds;
  }

  /** Whether malloc mapped it alone. */
  get mappedAlone(): boolean {
    return this.address !== 0 && this.#usable % 16 === 0;
  }

  get mostCopiedBytes(): number {
    return this.#bounds.copiedBytes;
  }

  /** Its pages from the one that holds its header on. */
  get pages(): number {
    return Math.ceil((headerBytes + this.capacity * this.size) / pageSize());
  }

  /** Those that the pushes have written, and the header. */
  get writtenPages(): number {
    return Math.ceil((headerBytes + this.pushed * this.size) / pageSize());
  }

  /** The capacity over the size, with the last point at the last push. */
  get points(): [size: number, capacity: number][] {
    return [...this.#points, [this.pushed, this.capacity]];
  }

  /** Whether no more can be pushed up to here. */
  ended(until: number): boolean {
    return this.pushed >= until || this.errno !== null || this.capped;
  }

  /**
   * Pushes items up to this number, a few milliseconds' worth of them. Throws `FormulaError` where the rule does not
   * grow, overflows, or wants more than was set aside.
   */
  push(until: number): void {
    const { memset } = this.#heap;
    const { size } = this;
    const end = Math.min(until, this.pushed + Math.min(pushesAtOnce, Math.ceil(bytesAtOnce / size)));
    const mostCopied = this.copiedBytes + bytesAtOnce;
    const before = faultsSoFar(RUSAGE.THREAD).minorFaults;
    const startedMs = performance.now();
    let n = this.pushed + 1;
    for (; n <= end; n++) {
      if (n > this.capacity && (this.copiedBytes >= mostCopied || !this.#grow(n))) break;
      memset(this.address + (n - 1) * size, n & 255, size);
    }
    this.durationNs += (performance.now() - startedMs) * 1e6;
    this.minorFaults += faultsSoFar(RUSAGE.THREAD).minorFaults - before;
    this.pushed = n - 1;
  }

  /** How many of `count` items from `first` on are what was pushed; `expected` holds 256, from one of n & 255 = 1. */
  intact(first: number, count: number, expected: number): number {
    const { memcmp } = this.#heap;
    const { size } = this;
    const from = this.address + first * size;
    if (memcmp(from, expected, count * size) === 0) return count;
    let right = 0;
    for (let item = 0; item < count; item++) {
      if (memcmp(from + item * size, expected + item * size, size) === 0) right++;
    }
    return right;
  }

  [Symbol.dispose](): void {
    if (this.address !== 0) this.#heap.free(this.address);
    this.address = 0;
  }

  #grow(n: number): boolean {
    const { rule, size, capacity } = this;
    const next = grown(rule, { c: capacity, n, size });
    const bytes = next * size;
    const kept = capacity * size;
    if (bytes + (this.way === 'copy' ? kept : 0) > this.#bounds.bytes)
      throw new FormulaError(
        `grows too far: with c = ${capacity} it is ${next}, more than was set aside`,
        `增长过多：c = ${capacity} 时其值为 ${next}，超出预留的量`,
      );
    if (this.way === 'copy' && this.copiedBytes + kept > this.#bounds.copiedBytes) {
      this.capped = true;
      return false;
    }
    this.asked++;
    const grew = this.way === 'realloc' ? this.#realloc(bytes, kept) : this.#copy(bytes, kept);
    if (!grew) return false;
    if (this.#usable >= bytes) this.made++;
    this.#note(n - 1, next);
    this.capacity = next;
    this.peakSlackItems = Math.max(this.peakSlackItems, next - n);
    return true;
  }

  #realloc(bytes: number, kept: number): boolean {
    const { realloc, usableSize } = this.#heap;
    const old = this.address;
    // The block has this much already: libc gives it without a call.
    if (old !== 0 && bytes <= this.#usable) {
      this.address = realloc(old, bytes);
      this.inPlace++;
      return true;
    }
    const before = this.mappedAlone;
    const address = before ? this.#meter.around(realloc, old, bytes) : realloc(old, bytes);
    if (address === 0) return this.#refused();
    this.address = address;
    this.#usable = usableSize(address);
    const anew = this.#meter.minorFaults > kept / pageSize() / 2;
    if (before && this.mappedAlone && !(anew && address !== old)) {
      this.mremapCalls++;
      this.mremapFaults += this.#meter.minorFaults;
      if (address === old) this.inPlace++;
      else this.moved++;
    } else if (address === old) this.inPlace++;
    else if (old !== 0) {
      this.copied++;
      this.copiedBytes += kept;
    }
    return true;
  }

  #copy(bytes: number, kept: number): boolean {
    const { malloc, memcpy, free, usableSize } = this.#heap;
    const old = this.address;
    const measured = bytes >= mallocThreshold && old !== 0;
    const address = measured ? this.#meter.around(malloc, bytes) : malloc(bytes);
    if (address === 0) return this.#refused();
    let { minorFaults } = this.#meter;
    if (measured) this.#meter.around(memcpy, address, old, kept);
    else if (old !== 0) memcpy(address, old, kept);
    minorFaults += this.#meter.minorFaults;
    this.address = address;
    this.#usable = usableSize(address);
    if (old === 0) return true;
    free(old);
    this.copied++;
    this.copiedBytes += kept;
    if (measured && this.mappedAlone) {
      this.copyFaults += minorFaults;
      this.copiedPages += Math.ceil((headerBytes + kept) / pageSize());
    }
    return true;
  }

  /** The old block stays, and so does what was pushed. */
  #refused(): false {
    this.errno = failed().errno;
    return false;
  }

  #note(size: number, capacity: number): void {
    if (++this.#skippedPoints < this.#pointStep) return;
    this.#skippedPoints = 0;
    this.#points.push([size, capacity]);
    if (this.#points.length < mostPoints) return;
    this.#points = this.#points.filter((_point, index) => index % 2 === 0);
    this.#pointStep *= 2;
  }
}
