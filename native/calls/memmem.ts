/**
 * Searching bytes in memory: memmem(3). Measured on a random 256 MiB with 32 random bytes to find, from slices of 128
 * KiB: 8 GB/s, where `Buffer.indexOf` makes 6 with one needle and 3 with three.
 */
import { checkLength } from '../libc/arguments.ts';
import { addressOf, bind, type Pointer, pointer } from '../libc/libc.ts';

const libcMemmem = bind<(hay: Pointer, length: number, needle: Uint8Array, needleLength: number) => number>(
  'intptr_t memmem(void *, size_t, void *, size_t)',
);

/** An array's bytes, searched without a copy and without a view being made for each slice. */
export class Haystack {
  readonly bytes: Uint8Array;
  readonly #address: bigint;

  /** @param bytes over 64 of them, so that the collector doesn't move them. @throws RangeError */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#address = addressOf(bytes);
  }

  /**
   * Where `needle` begins, the first time within `start` to `end`, both bytes of this haystack; −1 when it doesn't.
   * memmem(3)
   * @throws RangeError for a slice that is not within it.
   */
  indexOf(needle: Uint8Array, start: number, end: number): number {
    if (checkLength('end', end) > this.bytes.length || checkLength('start', start) > end)
      throw new RangeError(`start and end must lie within ${this.bytes.length} bytes, not ${start} to ${end}`);
    const from = Number(this.#address) + start;
    const found = libcMemmem()(pointer(this.#address + BigInt(start)), end - start, needle, needle.length);
    return found === 0 ? -1 : start + (found - from);
  }
}
