import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mlock, mlockAsync, munlock } from '../../../native/calls/mlock.ts';
import {
  MADV,
  MAP,
  MS,
  madvise,
  madviseAsync,
  mincore,
  mmap,
  mprotect,
  msync,
  munmap,
  PROT,
} from '../../../native/calls/mman.ts';
import { touchRead, touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { map, pageNumbers } from '../../support/native-memory.ts';

const PAGES = 8;
const length = PAGES * pageSize();
let address: bigint;
const at = (page: number) => address + BigInt(page * pageSize());

beforeEach(() => {
  address = map(PAGES);
});
afterEach(() => {
  munmap(address, length);
});

describe('a call that fails', () => {
  test('answers −1 and the name of its errno, and does not throw', () => {
    munmap(at(4), pageSize());
    expect(mlock(address, length)).toEqual({ returned: -1, errno: 'ENOMEM' });
    expect(mincore(address + 1n, 1, new Uint8Array(1))).toEqual({ returned: -1, errno: 'EINVAL' });
    expect(mmap(null, 0, PROT.READ, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0)).toEqual({ returned: -1, errno: 'EINVAL' });
  });

  test('has its own errno in its asynchronous form, whatever other calls fail meanwhile', async () => {
    // Not a hole: the pool's threads are starting, and would map their stacks there.
    mprotect(address, pageSize(), PROT.NONE);
    const asked = [mlockAsync(address, pageSize()), madviseAsync(address, pageSize(), 9999)];
    mincore(address + 1n, 1, new Uint8Array(1));
    const errnos = (await Promise.all(asked)).map(({ errno }) => errno);
    expect(errnos).toEqual(['ENOMEM', 'EINVAL']);
  });
});

describe('a mistake of the program throws and names the argument', () => {
  const vec = new Uint8Array(PAGES);
  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('length %s', (bad) => {
    for (const call of [mlock, munlock, munmap]) expect(() => call(address, bad)).toThrow(RangeError);
    expect(() => mincore(address, bad, vec)).toThrow(/^length must be/);
    expect(() => madvise(address, bad, MADV.NORMAL)).toThrow(/^length must be/);
    expect(() => mprotect(address, bad, PROT.READ)).toThrow(/^length must be/);
    expect(() => msync(address, bad, MS.ASYNC)).toThrow(/^length must be/);
    expect(() => mmap(null, bad, 0, 0, -1, 0)).toThrow(/^length must be/);
  });

  test('an address that is no bigint of 64 bits', () => {
    // @ts-expect-error a number is refused by the compiler too
    expect(() => mlock(4096, 1)).toThrow(new TypeError('address must be a bigint, not number'));
    expect(() => mlock(-1n, 1)).toThrow(/^address must be from 0/);
    expect(() => mlock(1n << 64n, 1)).toThrow(/^address must be from 0/);
  });

  test('an asynchronous call rejects instead', async () => {
    await expect(mlockAsync(address, -1)).rejects.toThrow(/^length must be/);
  });

  test('a vector too short for the range, which the kernel would write past', () => {
    expect(() => mincore(address, length, new Uint8Array(PAGES - 1))).toThrow('vec must hold 8 bytes, not 7');
  });
});

describe('memory', () => {
  test('never touched is not in core, written is', () => {
    touchWrite(address, Uint32Array.of(1, 3));
    const vec = new Uint8Array(PAGES);
    expect(mincore(address, length, vec).errno).toBeNull();
    expect([...vec]).toEqual([0, 1, 0, 1, 0, 0, 0, 0]);
  });

  test('made read-only refuses a write at the page that was named', () => {
    expect(mprotect(at(2), pageSize(), PROT.READ).errno).toBeNull();
    expect(touchWrite(address, pageNumbers(0, 4))).toMatchObject({
      returned: -1,
      errno: 'EFAULT',
      touched: 2,
      page: 2,
    });
    expect(touchRead(address, pageNumbers(0, 4))).toMatchObject({ returned: 4, errno: null });
  });

  test('locked answers EBUSY to msync, unlocked 0', () => {
    mlock(address, pageSize());
    expect(msync(address, length, MS.ASYNC | MS.INVALIDATE).errno).toBe('EBUSY');
    munlock(address, pageSize());
    expect(msync(address, length, MS.ASYNC | MS.INVALIDATE).errno).toBeNull();
  });

  test('is given back by munmap', () => {
    expect(munmap(address, length).errno).toBeNull();
    expect(mincore(address, length, new Uint8Array(PAGES)).errno).toBe('ENOMEM');
    address = map(PAGES);
  });
});
