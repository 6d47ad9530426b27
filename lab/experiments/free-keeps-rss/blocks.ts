import { mallocTrim, quickHeap } from '../../../native/calls/malloc.ts';
import { type ErrnoName, failed } from '../../../native/libc/errno.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import type { Text } from '../../../protocol/text.ts';
import { formatAddress } from '../../base/format.ts';
import { Slices } from '../../base/slices.ts';
import { mallocThreshold } from '../../experiment-kit/steady-malloc.ts';
import { recordOf } from '../../operations/call-record.ts';
import { Meter } from '../../operations/meter.ts';
import type { LentMemory } from '../../regions/region.ts';
import type { Called, CallSite } from '../../session/steps.ts';
import { allocateLines, freeLines } from './c-lines.ts';

/** Between two readings of the clock. */
const blocksAtOnce = 256;

/** What every byte of the blocks holds, to be found again in the one that stays. */
const content = 0xa5;

/** So many blocks of so many bytes. */
export interface Wanted {
  readonly name: string;
  readonly count: number;
  readonly size: number;
}

/** Blocks of malloc(3), each written whole. Those that are left are freed at the end of their owner. */
export class Blocks implements Disposable {
  /** What the C program calls them. */
  readonly name: string;
  readonly size: number;
  /** Why malloc gave no more; there are fewer blocks then. */
  errno: ErrnoName | null = null;
  readonly #addresses: Float64Array;
  readonly #heap = quickHeap();
  #allocated = 0;
  #freed = 0;

  constructor({ name, count, size }: Wanted) {
    this.name = name;
    this.size = size;
    this.#addresses = new Float64Array(count);
  }

  get allocated(): number {
    return this.#allocated;
  }

  get freed(): number {
    return this.#freed;
  }

  get live(): number {
    return this.#allocated - this.#freed;
  }

  get writtenBytes(): number {
    return this.#allocated * this.size;
  }

  /**
   * Allocates some more and writes them; once all are there, or malloc gave no more, orders them by where they are, for
   * some fill what was free in between. Whether there are more to allocate.
   */
  allocate(): boolean {
    const { malloc, memset } = this.#heap;
    const end = Math.min(this.#addresses.length, this.#allocated + blocksAtOnce);
    while (this.#allocated < end) {
      const address = malloc(this.size);
      if (address === 0) {
        this.errno = failed().errno;
        break;
      }
      memset(address, content, this.size);
      this.#addresses[this.#allocated++] = address;
    }
    const more = this.errno === null && end < this.#addresses.length;
    if (!more) this.#addresses.subarray(0, this.#allocated).sort();
    return more;
  }

  /** Frees some more, those at the front first, until so many are left. Whether there are more to free. */
  free(left: number): boolean {
    const end = Math.min(this.#allocated - left, this.#freed + blocksAtOnce);
    while (this.#freed < end) this.#heap.free(this.#addresses[this.#freed++] ?? 0);
    return this.#freed < this.#allocated - left;
  }

  /** How many of them, from the last one back, lie one behind the other; the rest fill what was free before. */
  get together(): number {
    let first = this.#allocated - 1;
    while (first > 0 && this.#follows(first)) first--;
    return this.#allocated - first;
  }

  /** The pages that those are on. */
  get pages(): Omit<LentMemory, 'owner'> {
    const size = pageSize();
    const first = this.#addresses[this.#allocated - this.together] ?? 0;
    const start = Math.floor(first / size) * size;
    return { address: BigInt(start), pages: Math.ceil((this.lastAddress + this.size - start) / size) };
  }

  /** Where the one is that is freed last. */
  get lastAddress(): number {
    return this.#addresses[this.#allocated - 1] ?? 0;
  }

  /** Whether the last block holds what was written. */
  get intact(): boolean {
    const { malloc, memset, memcmp, free } = this.#heap;
    const expected = malloc(this.size);
    if (expected === 0) return false;
    memset(expected, content, this.size);
    const same = memcmp(this.lastAddress, expected, this.size) === 0;
    free(expected);
    return same;
  }

  [Symbol.dispose](): void {
    while (this.live > 0) this.free(0);
  }

  /** Whether a block lies behind the one before it, in the same heap: what is larger than the gap is mapped alone. */
  #follows(index: number): boolean {
    const gap = (this.#addresses[index] ?? 0) - (this.#addresses[index - 1] ?? 0) - this.size;
    return gap <= mallocThreshold;
  }
}

/** Allocates blocks and writes them; the pages of those that are lent are looked at. */
export async function allocateBlocks(
  wanted: Wanted,
  { clock, signal, tell }: CallSite,
  lend: 'lend' | 'keep',
): Promise<Called<Blocks>> {
  const { name, count, size } = wanted;
  const blocks = new Blocks(wanted);
  const meter = new Meter(clock);
  try {
    const slices = new Slices();
    while (meter.measure(() => blocks.allocate())) {
      if (slices.over) {
        await slices.next();
        signal.throwIfAborted();
        tell(blocks.writtenBytes, count * size);
      }
    }
  } catch (error) {
    blocks[Symbol.dispose]();
    throw error;
  }
  const { errno, allocated } = blocks;
  const outcome: Text = { en: `${allocated} blocks, all written`, zh: `${allocated} 块，全部写入` };
  const returned = errno === null ? formatAddress(BigInt(blocks.lastAddress)) : 'NULL';
  const shown = { calls: allocated, size };
  return {
    record: recordOf({ call: 'malloc', arguments: shown, returned, errno, outcome }, undefined, undefined, meter),
    value: blocks,
    ...(lend === 'lend' && allocated > 0 && { lends: { ...blocks.pages, owner: blocks } }),
    c: (lent) => allocateLines(name, count, size, lent),
  };
}

/** Frees all blocks but so many. */
export async function freeBlocks(
  blocks: Blocks,
  left: number,
  { clock, signal, tell }: CallSite,
): Promise<Called<void>> {
  const meter = new Meter(clock);
  const from = blocks.freed;
  const total = blocks.live - left;
  const slices = new Slices();
  while (meter.measure(() => blocks.free(left))) {
    if (slices.over) {
      await slices.next();
      signal.throwIfAborted();
      tell((blocks.freed - from) * blocks.size, total * blocks.size);
    }
  }
  const freed = blocks.freed - from;
  const outcome: Text = {
    en: `${freed} blocks freed, ${blocks.live} left`,
    zh: `释放 ${freed} 块，剩余 ${blocks.live} 块`,
  };
  const shown = { calls: freed };
  return {
    record: recordOf(
      { call: 'free', arguments: shown, returned: 'void', errno: null, outcome },
      undefined,
      undefined,
      meter,
    ),
    value: undefined,
    c: freeLines(blocks.name, from, blocks.freed),
  };
}

/** Gives the kernel back what malloc keeps of its heap without a use. malloc_trim(3) */
export async function trimHeap({ clock }: CallSite): Promise<Called<void>> {
  const meter = new Meter(clock);
  const { returned, errno } = meter.measure(() => mallocTrim());
  return {
    record: recordOf({ call: 'malloc_trim', arguments: { pad: 0 }, returned, errno }, undefined, undefined, meter),
    value: undefined,
    c: ['trim_heap();'],
  };
}
