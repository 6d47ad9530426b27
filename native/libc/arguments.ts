/**
 * Arguments checked before any call: a wrong type or an impossible number is a mistake of the program, so it throws and
 * names the argument. What the kernel would refuse (an unaligned address, a hole) is not checked here: that is the
 * subject.
 */

const ADDRESS_MAX = 0xffff_ffff_ffff_ffffn;

/** @throws TypeError unless a bigint, RangeError unless it fits 64 bits. */
export function checkAddress(name: string, value: bigint): bigint {
  if (typeof value !== 'bigint') throw new TypeError(`${name} must be a bigint, not ${typeof value}`);
  if (value < 0n || value > ADDRESS_MAX) throw new RangeError(`${name} must be from 0 to 2^64 − 1, not ${value}`);
  return value;
}

/** A count or a length: a whole number from 0 that is exact in a double. @throws TypeError, RangeError */
export function checkLength(name: string, value: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, not ${typeof value}`);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} must be a whole number from 0 to 2^53 − 1, not ${value}`);
  }
  return value;
}

/** A C `int`. @throws TypeError, RangeError */
export function checkInt(name: string, value: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, not ${typeof value}`);
  if ((value | 0) !== value) throw new RangeError(`${name} must be a whole number of 32 bits, not ${value}`);
  return value;
}

/**
 * A buffer that the kernel writes into: one that is too short would let it write past the end. @throws TypeError,
 * RangeError
 */
export function checkBuffer(name: string, value: Uint8Array, bytes: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`);
  if (value.length < bytes) throw new RangeError(`${name} must hold ${bytes} bytes, not ${value.length}`);
  return value;
}
