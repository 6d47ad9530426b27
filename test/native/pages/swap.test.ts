/** Swap in compressed memory, while this file's test runs. */
import { describe, expect, test } from 'vitest';
import { ftruncate, memfdCreate } from '../../../native/calls/memfd.ts';
import { MADV, MAP, madvise, mincore, mmap, munmap, PROT } from '../../../native/calls/mman.ts';
import { touchRead, touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { PageBit } from '../../../native/pages/page-bit.ts';
import { Exclusive, readExclusive, readPagemap } from '../../../native/pages/pagemap.ts';
import { residency } from '../../../native/pages/residency.ts';
import { selfDescriptor } from '../../../native/proc/proc-file.ts';
import { meminfo, swaps } from '../../../native/proc/proc-meminfo.ts';
import { status } from '../../../native/proc/proc-status.ts';
import { readSmaps } from '../../../native/proc/smaps.ts';
import { PageFlag, pageState } from '../../../protocol/flags.ts';
import { map, pageNumbers } from '../../support/native-memory.ts';
import { nativeScript } from '../../support/native-script.ts';
import { witnessAt } from '../../support/smaps-witness.ts';
import { ZramSwap } from '../../support/zram.ts';

const PAGES = 256;
const size = pageSize();

test('pages that were swapped out, that came back into the swap cache, and that were touched again are told apart', async (context) => {
  using swap = ZramSwap.on(context, 64 * 2 ** 20);
  const address = map(PAGES);
  const into = new Uint8Array(PAGES);
  const bytes = () => {
    residency(address, PAGES, into);
    return into;
  };
  try {
    touchWrite(address, pageNumbers(0, PAGES));
    // A page that another processor has on its list of new ones stays; it is off that list soon.
    await expect
      .poll(() => {
        madvise(address, PAGES * size, MADV.PAGEOUT);
        return bytes().every((byte) => byte === PageBit.Swapped);
      })
      .toBe(true);
    const pagemap = selfDescriptor('pagemap').returned;
    readPagemap(pagemap, address, PAGES, into);
    expect(new Set(into)).toEqual(new Set([PageBit.Swapped]));
    readExclusive('self', address, PAGES, into);
    expect(new Set(into)).toEqual(new Set([Exclusive.Absent]));
    expect(pageState(bytes()[0] ?? 0)).toBe('swapped');

    const [self, machine, areas] = [status(), meminfo(), swaps()];
    if (self.errno !== null || machine.errno !== null || areas.errno !== null) throw new Error('no view');
    expect(self.vmSwapBytes).toBeGreaterThanOrEqual(PAGES * size);
    expect(machine.swapTotalBytes - machine.swapFreeBytes).toBeGreaterThanOrEqual(PAGES * size);
    const area = areas.swaps.find(({ path }) => path === swap.device);
    expect(area).toMatchObject({ type: 'partition', sizeBytes: 64 * 2 ** 20 - size });
    // Another area may have them, where there is one with a higher priority.
    expect(areas.swaps.reduce((sum, { usedBytes }) => sum + usedBytes, 0)).toBeGreaterThanOrEqual(PAGES * size);
    const swapped: number[] = [];
    readSmaps('self', ({ swapBytes }) => swapped.push(swapBytes), address, address + BigInt(PAGES * size));
    expect(Math.max(...swapped)).toBe(PAGES * size);

    // Each comes from the swap device: a fault that waited for it.
    const touched = touchRead(address, pageNumbers(0, 16));
    expect(touched.majorFaults).toBeGreaterThan(0);
    expect(touched.majorFaults + touched.minorFaults).toBe(16);
    expect([...bytes().subarray(0, 17)]).toEqual([
      ...Array(16).fill(PageBit.Resident | PageBit.Present),
      PageBit.Swapped,
    ]);

    // Read ahead, not mapped: in memory, and still a swap entry in the page table.
    madvise(address + BigInt(64 * size), 64 * size, MADV.WILLNEED);
    const vec = new Uint8Array(PAGES);
    await expect
      .poll(() => {
        mincore(address, PAGES * size, vec);
        return vec.subarray(64, 128).every((byte) => byte & 1);
      })
      .toBe(true);
    const cached = bytes().findIndex((byte) => byte === (PageBit.Swapped | PageBit.Resident));
    expect(cached).toBeGreaterThanOrEqual(16);
    expect(pageState(into[cached] ?? 0)).toBe('resident');
  } finally {
    munmap(address, PAGES * size);
  }
});

describe('shared memory that was swapped out', () => {
  const made = {
    'a memfd': () => {
      const { returned: fd } = memfdCreate('swapped');
      ftruncate(fd, PAGES * size);
      return { address: mmapped(MAP.SHARED, fd), fd };
    },
    'a private mapping of a memfd': () => {
      const { returned: fd } = memfdCreate('swapped');
      ftruncate(fd, PAGES * size);
      touchWrite(mmapped(MAP.SHARED, fd), pageNumbers(0, 100));
      return { address: mmapped(MAP.PRIVATE, fd), fd };
    },
    'anonymous memory': () => ({ address: mmapped(MAP.SHARED | MAP.ANONYMOUS, -1), fd: undefined }),
  };
  const mmapped = (flags: number, fd: number): bigint => {
    const mapped = mmap(null, PAGES * size, PROT.READ | PROT.WRITE, flags, fd, 0);
    if (mapped.errno !== null) throw new Error(mapped.errno);
    return mapped.returned;
  };

  test.for(Object.entries(made))('is told page by page: %s', async ([, make], context) => {
    using _swap = ZramSwap.on(context, 64 * 2 ** 20);
    const { address, fd } = make();
    const into = new Uint8Array(PAGES);
    const look = () =>
      residency(address, PAGES, into, { sharedMemory: true, readVmFlags: true, ...(fd === undefined ? {} : { fd }) });
    touchWrite(address, pageNumbers(0, 100));
    await expect
      .poll(() => {
        madvise(address, PAGES * size, MADV.PAGEOUT);
        look();
        return into.subarray(0, 100).every((byte) => byte === PageBit.Swapped);
      })
      .toBe(true);
    expect(look().unknown).toEqual([]);
    expect(new Set(into.subarray(100))).toEqual(new Set([0]));
    expect(witnessAt(address).kibibytes('Swap')).toBe((100 * size) / 1024);
    // What a touch brings back is in memory, and the rest is where it was; guards and holes are what they are.
    const back = touchRead(address, pageNumbers(0, 8));
    expect(back.majorFaults).toBeGreaterThan(0);
    munmap(address + BigInt(96 * size), size);
    look();
    const states = [...into].map((byte) => pageState(byte));
    expect(new Set(states.slice(0, 8))).toEqual(new Set(['resident']));
    expect(states.slice(94, 101)).toEqual([
      ...['swapped', 'swapped', 'unmapped', 'swapped', 'swapped', 'swapped', 'absent'],
    ]);
    munmap(address, PAGES * size);
  });

  test('is unknown where only smaps tells that some is, and absent where smaps tells that none is', (context) => {
    using _swap = ZramSwap.on(context, 64 * 2 ** 20);
    // Without CAP_CHECKPOINT_RESTORE nothing opens the memory behind an anonymous mapping.
    const found = nativeScript<{ reads: number; some: Told; none: Told; unread: Told }>(
      `
      import { madvise, MADV, MAP, mmap, PROT } from 'calls/mman.ts';
      import { touchRead, touchWrite } from 'calls/touch.ts';
      import { residency } from 'pages/residency.ts';
      import { readSmaps } from 'proc/smaps.ts';
      const [pages, size] = [${PAGES}, ${size}];
      const mapped = () =>
        mmap(null, pages * size, PROT.READ | PROT.WRITE, MAP.SHARED | MAP.ANONYMOUS, -1, 0).returned;
      const [address, other] = [mapped(), mapped()];
      const numbers = (count) => Uint32Array.from({ length: count }, (_, page) => page);
      touchWrite(address, numbers(100));
      let swapped = 0;
      let reads = 0;
      while (swapped < 100 * size && reads++ < 1000) {
        madvise(address, pages * size, MADV.PAGEOUT);
        readSmaps('self', (vma) => { swapped = vma.swapBytes; }, address, address + BigInt(pages * size));
      }
      touchRead(address, numbers(8));
      const into = new Uint8Array(pages);
      const told = (of, readVmFlags) => {
        const { unknown } = residency(of, pages, into, { sharedMemory: true, readVmFlags });
        return { unknown: unknown.flatMap(({ bits }) => bits), bytes: [...new Set(into.subarray(50))] };
      };
      const some = told(address, true);
      console.log(JSON.stringify({ reads, some, none: told(other, true), unread: told(other, false) }));
      `,
      { prefix: ['setpriv', '--inh-caps=-all', '--bounding-set=-all', '--reuid=65534', '--clear-groups'] },
    );
    expect(found.reads).toBeLessThan(1000);
    const { some, none, unread } = found;
    expect([some, none, unread]).toEqual([
      { unknown: ['Swapped'], bytes: [0] },
      { unknown: [], bytes: [0] },
      { unknown: ['Swapped'], bytes: [0] },
    ]);
    expect(pageState(0, PageFlag.Swapped)).toBe('unknown');
  });
});

/** What a look in another process could not tell, and the bytes of pages that are not in memory. */
type Told = { readonly unknown: readonly string[]; readonly bytes: readonly number[] };
