/** Swap in compressed memory, while this file's test runs. */
import { expect, test } from 'vitest';
import { MADV, madvise, mincore, munmap } from '../../../native/calls/mman.ts';
import { touchRead, touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { PageBit } from '../../../native/pages/page-bit.ts';
import { Exclusive, readExclusive, readPagemap } from '../../../native/pages/pagemap.ts';
import { residency } from '../../../native/pages/residency.ts';
import { selfDescriptor } from '../../../native/proc/proc-file.ts';
import { meminfo, swaps } from '../../../native/proc/proc-meminfo.ts';
import { status } from '../../../native/proc/proc-status.ts';
import { readSmaps } from '../../../native/proc/smaps.ts';
import { pageState } from '../../../protocol/flags.ts';
import { map, pageNumbers } from '../../support/native-memory.ts';
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
