/**
 * Quicker ways to look at private anonymous memory. A page of it is in core where the page table has it, and elsewhere
 * only in the swap cache, so that PAGEMAP_SCAN alone tells all while nothing is swapped. mincore is the second witness:
 * of the whole range where that is small, else of samples. mm/mincore.c, `mincore_pte_range`
 */
import { mincore } from '../calls/mman.ts';
import { swapInUse } from '../calls/sysinfo.ts';
import { pageSize } from '../libc/sysconf.ts';
import { PageBit } from './page-bit.ts';
import { readPageTable } from './page-table.ts';

/** Of more pages than this mincore is asked for samples; the whole answer takes 4 µs. */
export const FEW_PAGES = 4096;

const SAMPLES = 8;
const SAMPLE_PAGES = 64;
const samples = new Uint8Array(SAMPLES * SAMPLE_PAGES);

/** An odd step, so that every second page is no pattern. */
const stepOf = (pages: number): number => Math.floor((pages - SAMPLE_PAGES) / (SAMPLES - 1)) | 1;
const sampleAt = (index: number, pages: number): number => Math.min(index * stepOf(pages), pages - SAMPLE_PAGES);

/** What a range is made of when no page of it is anything but ordinary: in core and in the table, or neither. */
export type Ordinary = {
  /** Pages that are there. */
  readonly present: number;
  /** Which piece of the range the next `isStill` asks the page table about. */
  readonly piece: number;
};

/** As `readPageTable`, and Resident; `undefined` when mincore has to be asked of every page. */
export function readAnonymous(
  start: bigint,
  pages: number,
  into: Uint8Array,
): { readonly uniform: number | null; readonly ordinary: Ordinary | undefined } | undefined {
  const size = pageSize();
  let set = 0;
  for (let index = 0; index < SAMPLES; index++) {
    const vec = samples.subarray(index * SAMPLE_PAGES, (index + 1) * SAMPLE_PAGES);
    const address = start + BigInt(sampleAt(index, pages) * size);
    if (mincore(address, SAMPLE_PAGES * size, vec).errno !== null) return undefined;
    set += (vec[0] ?? 0) & 1;
  }
  const table = readPageTable(start, pages, into, set * 2 > SAMPLES, PageBit.Resident);
  if (table.source !== 'pagemap-scan' || table.kinds & PageBit.Swapped) return undefined;
  for (let index = 0; index < SAMPLES; index++) {
    const first = sampleAt(index, pages);
    for (let page = 0; page < SAMPLE_PAGES; page++) {
      const said = (samples[index * SAMPLE_PAGES + page] ?? 0) & 1;
      if (((into[first + page] ?? 0) & PageBit.Resident) !== said) return undefined;
    }
  }
  const plain = (table.kinds & ~(PageBit.Resident | PageBit.Present)) === 0;
  return { uniform: table.uniform, ordinary: plain ? { present: table.present, piece: 0 } : undefined };
}

const PIECES = 8;
/** Pages of one page table. */
const TABLE_PAGES = 512;
/** What the page table tells, and Resident: not what a VMA does. */
const OF_PAGES = 0x01010101 * (PageBit.Resident | PageBit.Present | PageBit.Swapped | PageBit.Zero | PageBit.Huge);

/**
 * Whether a range that nobody called anything about is as `bytes` have it, where all of it was ordinary: mincore of
 * every page, which is less than half of the price of a scan, and a scan of an eighth, the next one at each call. So
 * what changes without coming to memory or leaving it (a huge page made by khugepaged) is found by the eighth call.
 * Never while the machine has anything in swap.
 *
 * @param uniform the byte of every page, or null
 * @param vec holds a byte for each page
 */
export function isStill(
  start: bigint,
  bytes: Uint8Array,
  uniform: number | null,
  vec: Uint8Array,
  { present, piece }: Ordinary,
): boolean {
  const pages = bytes.length;
  // Absent pages cost mincore as much as the scan nothing.
  if (present * 2 < pages || bytes.byteOffset % 4 !== 0) return false;
  const swap = swapInUse();
  if (swap.errno !== null || swap.used) return false;
  if (mincore(start, pages * pageSize(), vec).errno !== null) return false;
  const sameCore = uniform === null ? sameBits(bytes, vec, 0x01010101) : allAlike(vec) === (uniform & 1);
  if (!sameCore) return false;
  const step = Math.ceil(pages / PIECES / TABLE_PAGES) * TABLE_PAGES;
  const first = piece * step;
  // Of few pages the last pieces are empty.
  if (first >= pages) return true;
  const part = bytes.subarray(first, first + step);
  const found = vec.subarray(0, part.length);
  const mostly = ((part[part.length >> 1] ?? 0) & PageBit.Present) !== 0;
  const address = start + BigInt(first) * BigInt(pageSize());
  const table = readPageTable(address, part.length, found, mostly, PageBit.Resident);
  return table.source === 'pagemap-scan' && sameBits(part, found, OF_PAGES);
}

/**
 * All 0 or all 1: compared with itself one byte on, by memcmp (10 µs for 262 144 bytes; a loop takes 100). Else null.
 */
export function allAlike(core: Uint8Array): number | null {
  const first = core[0];
  if (first === undefined || first > 1) return null;
  return Buffer.compare(core.subarray(1), core.subarray(0, -1)) === 0 ? first : null;
}

/** The next piece to ask about. */
export const next = ({ present, piece }: Ordinary): Ordinary => ({ present, piece: (piece + 1) % PIECES });

/** Whether both have the same of these bits in each byte, four at a time; `vec` has no others. */
function sameBits(bytes: Uint8Array, vec: Uint8Array, four: number): boolean {
  const count = bytes.length >> 2;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  const others = new Uint32Array(vec.buffer, vec.byteOffset, count);
  for (let w = 0; w < count; w++) if ((((words[w] ?? 0) ^ (others[w] ?? 0)) & four) !== 0) return false;
  for (let i = count * 4; i < bytes.length; i++) if (((bytes[i] ?? 0) ^ (vec[i] ?? 0)) & four & 0xff) return false;
  return true;
}
