/** Private anonymous memory of more pages than mincore is asked about one by one. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, type TestContext, test } from 'vitest';
import { MADV, MAP, madvise, mmap, munmap, PROT } from '../../../native/calls/mman.ts';
import { swapInUse } from '../../../native/calls/sysinfo.ts';
import { touchRead, touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { FEW_PAGES } from '../../../native/pages/anonymous.ts';
import { PageBit } from '../../../native/pages/page-bit.ts';
import { readPagemap } from '../../../native/pages/pagemap.ts';
import { type Residency, residency } from '../../../native/pages/residency.ts';
import { feature } from '../../../native/probes/features.ts';
import { selfDescriptor } from '../../../native/proc/proc-file.ts';
import { makeHuge, map, pageNumbers } from '../../support/native-memory.ts';
import { ZramSwap } from '../../support/zram.ts';

const PAGES = FEW_PAGES * 2 + 3;
const size = pageSize();
const WRITTEN = PageBit.Resident | PageBit.Present;
let address: bigint;
const into = new Uint8Array(PAGES);
const at = (page: number) => address + BigInt(page * size);
const look = (still?: Residency) => residency(address, PAGES, into, still ? { still: true, previous: still } : {});
const kinds = () => new Set(into);

beforeEach(() => {
  address = map(PAGES);
  into.fill(0xff);
});
afterEach(() => {
  munmap(address, PAGES * size);
});

test('agrees with pagemap, whatever was done to the pages and however still it is said to be', () => {
  const pagemap = selfDescriptor('pagemap').returned;
  const step = fc.record({
    act: fc.constantFrom('write', 'drop'),
    first: fc.integer({ min: 0, max: PAGES - 1 }),
    count: fc.integer({ min: 1, max: PAGES }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
      let before: Residency | undefined;
      for (const { act, first, count } of steps) {
        const pages = pageNumbers(first, Math.min(count, PAGES - first));
        if (act === 'write') touchWrite(address, pages);
        else madvise(at(first), pages.length * size, MADV.DONTNEED);
        before = look(before);
        const expected = new Uint8Array(PAGES);
        readPagemap(pagemap, address, PAGES, expected);
        const odd = expected.findIndex((byte, page) => into[page] !== (byte & PageBit.Present ? WRITTEN : 0));
        expect(odd).toBe(-1);
        if (before.uniform !== null) expect(kinds()).toEqual(new Set([before.uniform]));
      }
    }),
    { numRuns: 50 },
  );
});

describe('memory that nobody is said to have called anything about', () => {
  const skipUnlessLooked = (context: TestContext, { ordinary }: Residency) => {
    if (feature('pagemap-scan').status !== 'available') context.skip('this kernel has no PAGEMAP_SCAN');
    expect(ordinary).toBeDefined();
    const swap = swapInUse();
    if (swap.errno !== null || swap.used) context.skip('Something is in swap here: every look asks for everything.');
  };
  const written = () => {
    touchWrite(address, pageNumbers(0, PAGES));
    return look();
  };

  test('is found as it was, piece by piece', (context) => {
    let found = written();
    skipUnlessLooked(context, found);
    for (let turn = 0; turn < 20; turn++) {
      found = look(found);
      expect(found).toMatchObject({
        uniform: WRITTEN,
        unknown: [],
        ordinary: { present: PAGES, piece: (turn + 1) % 8 },
      });
    }
    expect(kinds()).toEqual(new Set([WRITTEN]));
  });

  test.each([0, FEW_PAGES, PAGES - 1])('shows at once that page %i went', (page) => {
    const before = written();
    madvise(at(page), size, MADV.DONTNEED);
    look(before);
    expect([into.indexOf(0), into.lastIndexOf(0)]).toEqual([page, page]);
  });

  test.for([512, FEW_PAGES, PAGES - 1024])(
    'shows by the eighth look what mincore does not tell: page %i became part of a huge page',
    (page, context) => {
      let found = written();
      skipUnlessLooked(context, found);
      const { errno } = makeHuge(address, PAGES, page);
      if (errno !== null) context.skip(`MADV_COLLAPSE answered ${errno}`);
      let looks = 0;
      while (found.ordinary && looks++ < 8) found = look(found);
      expect(into[page]).toBe(WRITTEN | PageBit.Huge);
      // No longer ordinary: from now on each look asks for everything.
      expect(found.ordinary).toBeUndefined();
      madvise(at(page), size, MADV.DONTNEED);
      look(found);
      expect(into[page]).toBe(0);
    },
  );

  test('is asked about anew when its VMAs are not as they were', () => {
    const before = written();
    munmap(at(5), size);
    look(before);
    expect(into.subarray(4, 7)).toEqual(Uint8Array.of(WRITTEN, PageBit.Huge, WRITTEN));
    mmap(at(5), size, PROT.READ, MAP.PRIVATE | MAP.ANONYMOUS | MAP.FIXED_NOREPLACE, -1, 0);
  });

  test('is told page by page while some of it is in swap', async (context) => {
    using _swap = ZramSwap.on(context, 256 * 2 ** 20);
    let found = written();
    await expect
      .poll(() => {
        madvise(at(100), 200 * size, MADV.PAGEOUT);
        found = look(found);
        return into.subarray(100, 300).every((byte) => byte === PageBit.Swapped);
      })
      .toBe(true);
    expect(found.ordinary).toBeUndefined();
    touchRead(address, Uint32Array.of(150));
    look(found);
    expect(into[150]).toBe(WRITTEN);
    expect([into[99], into[300]]).toEqual([WRITTEN, WRITTEN]);
  });
});
