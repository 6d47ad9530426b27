import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MADV, madvise, mincore, mprotect, munmap, PROT } from '../../../native/calls/mman.ts';
import { touchRead, touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { map, pageNumbers } from '../../support/native-memory.ts';
import { nativeScript } from '../../support/native-script.ts';

const PAGES = 3000;
const length = PAGES * pageSize();
let address: bigint;
beforeEach(() => {
  address = map(PAGES);
});
afterEach(() => {
  munmap(address, length);
});

function resident(): number {
  const vec = new Uint8Array(PAGES);
  mincore(address, length, vec);
  return vec.reduce((sum, byte) => sum + (byte & 1), 0);
}

test('more pages than one call takes are all touched, each with one fault', () => {
  expect(touchWrite(address, pageNumbers(0, PAGES))).toMatchObject({
    returned: PAGES,
    errno: null,
    minorFaults: PAGES,
  });
  expect(resident()).toBe(PAGES);
});

test('more pages than one call takes cost what all calls cost together', () => {
  // At best: another process may take the processor between two calls, where it is not counted.
  const parts = Array.from({ length: 5 }, () => {
    madvise(address, length, MADV.DONTNEED);
    const before = process.hrtime.bigint();
    const { durationNs } = touchWrite(address, pageNumbers(0, PAGES));
    return durationNs / Number(process.hrtime.bigint() - before);
  });
  expect(Math.max(...parts)).toBeGreaterThan(0.6);
  expect(Math.max(...parts)).toBeLessThanOrEqual(1);
});

test('the very first touch of a process counts no fault but its own', () => {
  const script = `
    const { MAP, PROT, madvise, mmap } = await import('${new URL('../../../native/calls/mman.ts', import.meta.url).href}');
    const { touchWrite } = await import('${new URL('../../../native/calls/touch.ts', import.meta.url).href}');
    const { pageSize } = await import('${new URL('../../../native/libc/sysconf.ts', import.meta.url).href}');
    const { returned } = mmap(null, 64 * pageSize(), PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
    madvise(returned, 64 * pageSize(), 15);
    const faults = Array.from({ length: 64 }, (_, page) => touchWrite(returned, Uint32Array.of(page)).minorFaults);
    console.log(JSON.stringify(faults));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual(Array(64).fill(1));
});

test('a touch right after a fork counts no fault but its own', () => {
  const printed = nativeScript<Record<string, number[]>>(`
    import { forkAndHold } from 'calls/fork.ts';
    import { spawn } from 'node:child_process';
    import { MADV, MAP, PROT, madvise, mmap } from 'calls/mman.ts';
    import { touchRead, touchWrite } from 'calls/touch.ts';
    import { pageSize } from 'libc/sysconf.ts';
    const size = pageSize();
    const { returned } = mmap(null, 128 * size, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
    madvise(returned, 128 * size, MADV.NOHUGEPAGE);
    const forked = () => forkAndHold()[Symbol.dispose]();
    const spawned = () => spawn('true');
    const first = (before, touch, page) => {
      madvise(returned, 128 * size, MADV.DONTNEED);
      before();
      return touch(returned, Uint32Array.of(page)).minorFaults;
    };
    const each = (before, touch) => Array.from({ length: 40 }, (_, page) => first(before, touch, page));
    const kinds = (numbers) => [...new Set(numbers)];
    console.log(JSON.stringify({
      forked: kinds(each(forked, touchWrite)),
      read: kinds(each(forked, touchRead)),
      spawned: kinds(each(spawned, touchWrite)),
    }));`);
  expect(printed).toEqual({ forked: [1], read: [1], spawned: [1] });
});

test('pages touched before fault no more', () => {
  touchWrite(address, pageNumbers(0, PAGES));
  const again = touchWrite(address, pageNumbers(0, PAGES));
  expect(again).toMatchObject({ returned: PAGES, minorFaults: 0, majorFaults: 0 });
});

test('only the pages in the list are touched, in any order', () => {
  touchRead(address, Uint32Array.of(2999, 5, 17, 5));
  expect(resident()).toBe(3);
});

test('no page is no call and no failure', () => {
  expect(touchWrite(address, new Uint32Array())).toMatchObject({ returned: 0, errno: null });
});

test('a page that faults is named, across the boundary of a batch too', () => {
  munmap(address + BigInt(2500 * pageSize()), pageSize());
  const touched = touchWrite(address, pageNumbers(100, 2900));
  expect(touched).toMatchObject({ returned: -1, errno: 'EFAULT', touched: 2400, page: 2500 });
});

test('a first page that faults leaves nothing touched', () => {
  mprotect(address, pageSize(), PROT.NONE);
  expect(touchRead(address, pageNumbers(0, 10))).toMatchObject({ returned: -1, errno: 'EFAULT', touched: 0, page: 0 });
});

test('a list that is no Uint32Array, or an address beyond user space, throws', () => {
  // @ts-expect-error refused by the compiler too
  expect(() => touchWrite(address, [1, 2])).toThrow('pages must be a Uint32Array');
  expect(() => touchWrite(1n << 63n, pageNumbers(0, 1))).toThrow(/^address must be in user space/);
});
