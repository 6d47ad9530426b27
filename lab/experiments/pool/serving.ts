import { quickHeap } from '../../../native/calls/malloc.ts';
import { RUSAGE } from '../../../native/calls/resource.ts';
import { type ErrnoName, failed } from '../../../native/libc/errno.ts';
import { Samples } from '../../base/percentiles.ts';
import { mallocThreshold } from '../../experiment-kit/steady-malloc.ts';
import { faultsSoFar } from '../../operations/faults-so-far.ts';
import type { Provider } from './providers.ts';

/** So many requests for blocks of so many bytes; `live` of them are held at once, and then all given back. */
export interface Load {
  readonly requests: number;
  readonly bytes: number;
  readonly live: number;
}

/**
 * Bytes written before the main loop may get its turn: half a millisecond where each page is a fault. A burst is served
 * whole: what others get from malloc(3) amid one would lie above its blocks, and keep the heap from shrinking.
 */
const bytesAtOnce = 1024 * 1024;

/** So many samples are mapped alone by malloc(3): fewer would leave holes in its heap for the next load to use. */
const leastSamples = mallocThreshold / Float64Array.BYTES_PER_ELEMENT;

/**
 * Requests that a provider serves. What is timed is getting a block and writing all of it once: only then is it known
 * whether its pages were there. Giving it back is timed apart.
 */
export class Serving {
  readonly load: Load;
  /** What each request took, with two readings of the clock and two calls from JavaScript; in ns. */
  readonly times: Samples;
  servedNs = 0;
  givenBackNs = 0;
  /** Of the thread. */
  minorFaults = 0;
  /** How often malloc has moved the end of its heap: a brk(2) each. */
  heapMoves = 0;
  /** Why the provider had no more; the requests end there. */
  errno: ErrnoName | null = null;

  readonly #provider: Provider;
  readonly #heap = quickHeap();
  readonly #live: Float64Array;
  readonly #requestsAtOnce: number;
  #held = 0;
  #served = 0;
  #heapEnd = 0;

  constructor(provider: Provider, load: Load) {
    this.load = load;
    this.times = new Samples(Math.max(load.requests, leastSamples));
    this.#provider = provider;
    this.#live = new Float64Array(load.live);
    this.#requestsAtOnce = Math.max(1, Math.floor(bytesAtOnce / load.bytes));
    this.#heapEnd = this.#heap.sbrk(0);
  }

  get served(): number {
    return this.#served;
  }

  get ended(): boolean {
    return this.#served >= this.load.requests || this.errno !== null;
  }

  /** Serves the next bursts of requests, one at least, and gives their blocks back. */
  serve(): void {
    const before = faultsSoFar(RUSAGE.THREAD).minorFaults;
    for (let left = this.#requestsAtOnce; left > 0 && !this.ended; left -= this.load.live) {
      while (this.#held < this.load.live && !this.ended) this.#request();
      this.#giveBack();
    }
    this.minorFaults += faultsSoFar(RUSAGE.THREAD).minorFaults - before;
  }

  #request(): void {
    const { memset } = this.#heap;
    const { bytes } = this.load;
    const beganMs = performance.now();
    const address = this.#provider.get();
    if (address !== 0) memset(address, this.#served & 255, bytes);
    const tookNs = (performance.now() - beganMs) * 1e6;
    if (address === 0) {
      this.errno = failed().errno;
      return;
    }
    this.times.record(tookNs);
    this.servedNs += tookNs;
    this.#live[this.#held++] = address;
    this.#served++;
    this.#lookAtHeap();
  }

  #giveBack(): void {
    const beganMs = performance.now();
    for (let index = 0; index < this.#held; index++) this.#provider.put(this.#live[index] ?? 0);
    this.givenBackNs += (performance.now() - beganMs) * 1e6;
    this.#held = 0;
    this.#lookAtHeap();
  }

  #lookAtHeap(): void {
    const end = this.#heap.sbrk(0);
    if (end !== this.#heapEnd) this.heapMoves++;
    this.#heapEnd = end;
  }
}
