/** Rules of madvise(2) about advice that takes pages away: COLD, PAGEOUT, FREE, with swap and without. */
import { copyOut, memset } from '../../native/calls/bytes.ts';
import { mlock } from '../../native/calls/mlock.ts';
import { MADV, madvise, mincore } from '../../native/calls/mman.ts';
import { touchRead } from '../../native/calls/touch.ts';
import { PageBit } from '../../native/pages/page-bit.ts';
import { meminfo } from '../../native/proc/proc-meminfo.ts';
import { at, bytes, gives, inCore, pageNumbers, rules, same, skip, withPages, write } from '../rule.ts';
import { withSecondProcess } from '../second-process.ts';
import { look, needs, WRITTEN } from './advice.ts';

const PAGES = 16;

const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Asks until they are gone: pages that still wait in another processor's list of new pages are passed over, until that
 * one empties it.
 */
function pageOut(address: bigint, pages: number, gone: () => boolean): void {
  for (let turn = 0; turn < 50 && !gone(); turn++) {
    if (turn > 0) Atomics.wait(pause, 0, 0, 10);
    gives(madvise(address, bytes(pages), MADV.PAGEOUT), null, 'MADV_PAGEOUT');
  }
}

function firstByte(address: bigint): number {
  const byte = new Uint8Array(1);
  copyOut(address, 1, byte);
  return byte[0] ?? -1;
}

/** Freed pages, the last of them written again, after the kernel was told to take all. */
function afterPressure(check: (address: bigint) => void): void {
  needs('FREE');
  needs('PAGEOUT');
  withPages(PAGES, (a) => {
    gives(madvise(a, bytes(PAGES), MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
    memset(a, 7, bytes(PAGES));
    gives(madvise(a, bytes(PAGES), MADV.FREE), null, 'MADV_FREE');
    memset(at(a, PAGES - 1), 8, 1);
    pageOut(a, PAGES, () => inCore(a, PAGES - 1) === 0);
    check(a);
  });
}

export const reclaimRules = rules('madvise', [
  {
    rule: { en: 'COLD leaves pages in core', zh: 'COLD 之后页仍驻留' },
    source: 'madvise(2), Linux 5.4',
    as: 'any',
    check: () => {
      needs('COLD');
      withPages(2, (a) => {
        write(a, 0, 2);
        gives(madvise(a, bytes(2), MADV.COLD), null, 'MADV_COLD');
        same(look(a, 2), [WRITTEN, WRITTEN], 'pages');
      });
    },
  },
  {
    rule: {
      en: 'PAGEOUT without swap answers 0 and leaves anonymous pages where they are',
      zh: '没有交换区时，PAGEOUT 返回 0，匿名页留在原处',
    },
    source: 'madvise(2), mm/vmscan.c',
    as: 'any',
    check: () => {
      needs('PAGEOUT');
      const machine = meminfo();
      if (machine.errno !== null || machine.swapTotalBytes > 0)
        skip({ en: 'This machine has swap, so the pages may go there.', zh: '本机有交换区，页可能被换出。' });
      withPages(2, (a) => {
        write(a, 0, 2);
        gives(madvise(a, bytes(2), MADV.PAGEOUT), null, 'MADV_PAGEOUT');
        same(look(a, 2), [WRITTEN, WRITTEN], 'pages');
      });
    },
  },
  {
    rule: { en: 'FREE leaves pages in core while there is no pressure', zh: '内存不紧张时，FREE 之后页仍驻留' },
    source: 'madvise(2), Linux 4.5',
    as: 'any',
    check: () => {
      needs('FREE');
      withPages(2, (a) => {
        write(a, 0, 2);
        gives(madvise(a, bytes(2), MADV.FREE), null, 'MADV_FREE');
        const vec = new Uint8Array(2);
        gives(mincore(a, bytes(2), vec), null, 'mincore');
        if (vec.some((byte) => (byte & 1) === 0))
          skip({ en: 'The kernel was under pressure and took the pages.', zh: '内核内存紧张，收回了这些页。' });
      });
    },
  },
  {
    rule: {
      en: 'FREE loses what is not written again once the kernel reclaims (here through PAGEOUT): it reads as zeros',
      zh: 'FREE 之后未再写入的内容在内核回收时（此处由 PAGEOUT 触发）丢失，读出为零',
    },
    source: 'madvise(2), Linux 4.5; mm/vmscan.c',
    as: 'any',
    check: () =>
      afterPressure((a) => {
        same(look(a, PAGES).slice(0, -1), Array(PAGES - 1).fill(0), 'the pages that were freed');
        same(firstByte(a), 0, 'the first byte');
      }),
  },
  {
    rule: { en: 'FREE keeps a page that is written again', zh: 'FREE 之后再写入的页得以保留' },
    source: 'madvise(2), Linux 4.5',
    as: 'any',
    check: () => afterPressure((a) => same(firstByte(at(a, PAGES - 1)), 8, 'the byte written again')),
  },
  {
    rule: {
      en: 'PAGEOUT with swap moves pages out, and a read brings them back as they were; locked pages stay',
      zh: '有交换区时，PAGEOUT 把页换出，读取时原样换入；已锁定的页留在内存中',
    },
    source: 'madvise(2), Linux 5.4',
    as: 'root',
    check: async () => {
      needs('PAGEOUT');
      await withSecondProcess('swap', [], () =>
        withPages(PAGES, (a) => {
          gives(madvise(a, bytes(PAGES), MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
          memset(a, 7, bytes(PAGES));
          gives(mlock(at(a, PAGES - 1), bytes(1)), null, 'mlock');
          const out = PAGES - 1;
          // With swap on a disk they stay in the swap cache for a while, which mincore calls resident.
          const gone = () => look(a, out).map((bits) => bits & ~PageBit.Resident);
          pageOut(a, out, () => gone().every((bits) => bits === PageBit.Swapped));
          same(gone(), Array(out).fill(PageBit.Swapped), 'the pages that may go');
          gives(madvise(at(a, out), bytes(1), MADV.PAGEOUT), 'EINVAL', 'MADV_PAGEOUT of the locked page');
          gives(touchRead(a, pageNumbers(0, out)), null, 'reading them');
          same(look(a, PAGES), [...Array(out).fill(WRITTEN), WRITTEN | PageBit.Locked], 'all pages');
          same(firstByte(a), 7, 'the first byte');
        }),
      );
    },
  },
]);
