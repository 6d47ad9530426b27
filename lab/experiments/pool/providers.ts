import { quickHeap } from '../../../native/calls/malloc.ts';
import { MAP, PROT, quickMaps } from '../../../native/calls/mman.ts';
import type { Text } from '../../../protocol/text.ts';
import type { Region } from '../../regions/region.ts';

/** Where blocks of one size come from, and go back to. */
export interface Provider {
  /** The address of a block; 0 where there is none to be had: then errno is `failed()`'s. */
  get(): number;
  /** Takes a block back. */
  put(address: number): void;
}

/** Something of each of those that serve the requests. */
export type BySource<T> = Readonly<Record<'mmap' | 'malloc' | 'cold' | 'hot', T>>;

/** Who serves the requests. */
export interface Source {
  readonly id: keyof BySource<unknown>;
  readonly name: Text;
  readonly provider: Provider;
  /** What its slots are of. */
  readonly pool?: { readonly region: Region; readonly slots: number };
}

/** mmap(2) for each block, munmap(2) for each that comes back. */
export class MapEach implements Provider {
  readonly #maps = quickMaps();
  readonly #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  get(): number {
    const address = this.#maps.mmap(0, this.#bytes, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
    return typeof address === 'number' ? address : 0;
  }

  put(address: number): void {
    this.#maps.munmap(address, this.#bytes);
  }
}

/** malloc(3) and free(3). */
export class Malloc implements Provider {
  readonly #heap = quickHeap();
  readonly #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  get(): number {
    return this.#heap.malloc(this.#bytes);
  }

  put(address: number): void {
    this.#heap.free(address);
  }
}

/** Slots of one mapping, each of whole pages. What came back last is given first: it is the likeliest to be cached. */
export class Pool implements Provider {
  readonly #free: Float64Array;
  #count: number;

  constructor(start: number, slots: number, slotBytes: number) {
    this.#free = Float64Array.from({ length: slots }, (_, index) => start + (slots - 1 - index) * slotBytes);
    this.#count = slots;
  }

  /** A pool of all of a region. */
  static over(region: Region, slots: number): Pool {
    return new Pool(Number(region.address), slots, region.length / slots);
  }

  get(): number {
    return this.#count === 0 ? 0 : (this.#free[--this.#count] ?? 0);
  }

  put(address: number): void {
    this.#free[this.#count++] = address;
  }
}
