/**
 * What the kernel says of each page of a range, as one byte per page (`PageBit`): mincore for Resident, the page table
 * for Present, Swapped, Zero and Huge, the VMAs for Locked, smaps for OnFault and DontDump.
 *
 * All sources are asked within one synchronous call, so nothing that this process's main thread does comes between
 * them.
 *
 * Cost for 262 144 resident, unlocked pages against a bare `mincore` loop in C (test/bench/native.c): mincore 1.0, page
 * table 2.4, VMAs and locks below 0.03, joining the bytes 0.03 to 0.2. `npm run bench -- engine`; `page-table.ts` says
 * why the scan asks for the inverse, `anonymous.ts` which of both is enough where.
 */

import { mincore } from '../calls/mman.ts';
import { mincoreTellsOf } from '../calls/page-cache.ts';
import { checkAddress, checkBuffer, checkLength } from '../libc/arguments.ts';
import { pageSize } from '../libc/sysconf.ts';
import { allAlike, FEW_PAGES, isStill, next, type Ordinary, readAnonymous } from './anonymous.ts';
import { PageBit } from './page-bit.ts';
import { readPageTable } from './page-table.ts';
import { addSharedSwap } from './shared-swap.ts';
import type { Unknown } from './unknown.ts';
import { type VmaOptions, type VmaState, vmaStates } from './vma-states.ts';

/** What a snapshot found besides the bytes of its pages. */
export type Residency = {
  readonly vmas: readonly VmaState[];
  /** Pages of the range that nothing is mapped at, by its VMAs; their byte is Huge alone. */
  readonly unmappedPages: number;
  /** The byte of every page when all are alike, else null: lets a reader skip the bytes. */
  readonly uniform: number | null;
  readonly unknown: readonly Unknown[];
  /** The range is one stretch of private anonymous memory, and nothing of it but ordinary. */
  readonly ordinary?: Ordinary | undefined;
};

/** What a snapshot may know beforehand, and what it is to read. */
export type ResidencyOptions = VmaOptions & {
  /**
   * The descriptor of the file that is mapped there: without it mincore is believed, which lies about files of other
   * users.
   */
  readonly fd?: number;
  /** It maps shared memory from its first page: the page table alone does not tell what of that is in swap. */
  readonly sharedMemory?: boolean;
  /** `into` holds what `previous` found; this process made no call about the range since, and none is under way. */
  readonly still?: boolean;
  readonly previous?: Residency | undefined;
};

/** mincore's answer for such a file is 1 for every page; a page that is mapped is in core without asking. */
const HIDDEN: Unknown = {
  source: 'mincore',
  bits: ['Resident'],
  reason: {
    en: 'This file may not be written by this user, so mincore calls every page resident (Linux 5.2); only mapped pages are shown as such.',
    zh: '此用户不能写入该文件，因此 mincore 说每一页都驻留（Linux 5.2 起）；这里只把已映射的页显示为驻留。',
  },
};

/** A stretch of VMAs without a hole between them, in pages. */
type Span = { firstPage: number; pages: number; anonymous: boolean };

let vec = new Uint8Array(0);

/**
 * Writes the byte of each of `pages` pages from `address` (a page boundary) into `into`.
 * @throws RangeError when `into` is too short, TypeError for wrong types.
 */
export function residency(address: bigint, pages: number, into: Uint8Array, options: ResidencyOptions = {}): Residency {
  checkAddress('address', address);
  checkBuffer('into', into, checkLength('pages', pages));
  if (address % BigInt(pageSize()) !== 0n)
    throw new RangeError(`address must be a page boundary, not 0x${address.toString(16)}`);
  const unknown: Unknown[] = [];
  const states = vmaStates(address, pages, options, unknown);
  const { previous } = options;
  if (options.still && previous?.ordinary && unknown.length === 0 && sameStates(states, previous.vmas)) {
    if (isStill(address, into.subarray(0, pages), previous.uniform, vecOf(pages), previous.ordinary))
      return { ...previous, vmas: states, ordinary: next(previous.ordinary) };
  }
  const spans = spansOf(states);
  const mapped = spans.reduce((sum, span) => sum + span.pages, 0);
  if (mapped < pages) into.fill(PageBit.Huge, 0, pages);
  let uniform: number | null = null;
  const believed = options.fd === undefined || mincoreTellsOf(options.fd);
  if (!believed) unknown.push(HIDDEN);
  let ordinary: Ordinary | undefined;
  for (const span of spans) ({ uniform, ordinary } = lookAt(address, span, into, believed, unknown));
  if (spans.length !== 1 || mapped < pages) uniform = mapped === 0 ? PageBit.Huge : null;
  const resident = uniform !== null && (uniform & PageBit.Resident) !== 0;
  if (options.sharedMemory && !resident && addSharedSwap(address, states, into, options.fd, unknown)) uniform = null;
  uniform = addVmaBits(states, into, pages, uniform);
  if (spans.length !== 1 || mapped < pages) ordinary = undefined;
  return { vmas: states, unmappedPages: pages - mapped, uniform, unknown: distinct(unknown), ordinary };
}

/** mincore's bytes for a range. Grows to the largest range asked for, and is used again. */
function vecOf(pages: number): Uint8Array {
  if (vec.length < pages) vec = new Uint8Array(Math.ceil(pages / 4096) * 4096);
  return vec.subarray(0, pages);
}

/** What a span was found to be; `uniform` is the byte of all its pages, or null. */
type Found = { readonly uniform: number | null; readonly ordinary?: Ordinary | undefined };

/** mincore and the page table of one span, joined in `into`. */
function lookAt(
  address: bigint,
  { firstPage, pages, anonymous }: Span,
  into: Uint8Array,
  believed: boolean,
  unknown: Unknown[],
): Found {
  const size = pageSize();
  const start = address + BigInt(firstPage) * BigInt(size);
  if (anonymous && pages > FEW_PAGES) {
    const found = readAnonymous(start, pages, into.subarray(firstPage, firstPage + pages));
    if (found) return found;
  }
  const core = vecOf(pages);
  const inCore = mincore(start, pages * size, core);
  if (inCore.errno !== null) {
    core.fill(0);
    unknown.push({
      source: 'mincore',
      bits: ['Resident'],
      reason: { en: `mincore answered ${inCore.errno}.`, zh: `mincore 返回 ${inCore.errno}。` },
    });
  }
  if (!believed) core.fill(0);
  const bytes = into.subarray(firstPage, firstPage + pages);
  const table = readPageTable(start, pages, bytes, mostlySet(core));
  if (table.source === 'unavailable') {
    bytes.fill(0);
    unknown.push({ source: 'page-table', bits: ['Present', 'Swapped', 'Zero', 'Huge'], reason: table.reason });
  } else if (table.source === 'pagemap') {
    unknown.push({ source: 'page-table', bits: table.without, reason: table.reason });
  }
  if (!believed) for (let i = 0; i < pages; i++) core[i] = ((bytes[i] ?? 0) & PageBit.Present) >> 1;
  if (table.source !== 'unavailable' && table.uniform !== null) {
    const value = allAlike(core);
    if (value !== null) {
      const byte = table.uniform | value;
      bytes.fill(byte);
      return { uniform: byte };
    }
  }
  join(bytes, core);
  return { uniform: null };
}

/**
 * Guesses from some 64 pages whether most are in core; only speed depends on it. An odd step, so that every second page
 * is no pattern.
 */
function mostlySet(core: Uint8Array): boolean {
  const step = Math.floor(core.length / 64) | 1;
  let set = 0;
  let seen = 0;
  for (let i = 0; i < core.length; i += step, seen++) set += (core[i] ?? 0) & 1;
  return set * 2 > seen;
}

/** `bytes |= core & 1`, four pages at a time where the alignment allows. */
function join(bytes: Uint8Array, core: Uint8Array): void {
  let i = 0;
  if (bytes.byteOffset % 4 === 0 && core.byteOffset % 4 === 0) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    const others = new Uint32Array(core.buffer, core.byteOffset, bytes.length >> 2);
    for (let w = 0; w < words.length; w++) words[w] = (words[w] ?? 0) | ((others[w] ?? 0) & 0x01010101);
    i = words.length * 4;
  }
  for (; i < bytes.length; i++) bytes[i] = (bytes[i] ?? 0) | ((core[i] ?? 0) & 1);
}

/** Sets `bits` in each byte, four at a time where the alignment allows. */
function addBits(bytes: Uint8Array, bits: number): void {
  let i = 0;
  if (bytes.byteOffset % 4 === 0) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    const four = bits * 0x01010101;
    for (let w = 0; w < words.length; w++) words[w] = (words[w] ?? 0) | four;
    i = words.length * 4;
  }
  for (; i < bytes.length; i++) bytes[i] = (bytes[i] ?? 0) | bits;
}

/** Adds what the VMAs tell of their pages. Answers the byte that all have, or null. */
export function addVmaBits(
  states: readonly VmaState[],
  into: Uint8Array,
  pages: number,
  uniform: number | null,
): number | null {
  if (states.length === 1 && uniform !== null && states[0]) {
    const byte = uniform | bitsOf(states[0]);
    if (byte !== uniform) into.fill(byte, 0, pages);
    return byte;
  }
  let same = uniform !== null;
  const first = states[0] ? bitsOf(states[0]) : 0;
  for (const state of states) {
    const bits = bitsOf(state);
    same &&= bits === first;
    if (bits !== 0) addBits(into.subarray(state.firstPage, state.firstPage + state.pages), bits);
  }
  return same && uniform !== null ? uniform | first : null;
}

function bitsOf(state: VmaState): number {
  return (
    (state.locked ? PageBit.Locked : 0) |
    (state.onFault ? PageBit.OnFault : 0) |
    (state.dontDump ? PageBit.DontDump : 0)
  );
}

function spansOf(states: readonly VmaState[]): readonly Span[] {
  const spans: Span[] = [];
  for (const { firstPage, pages, anonymous } of states) {
    const last = spans.at(-1);
    if (last && last.firstPage + last.pages === firstPage) {
      last.pages += pages;
      last.anonymous &&= anonymous;
    } else spans.push({ firstPage, pages, anonymous });
  }
  return spans;
}

/** Whether both give the pages the same bits. */
function sameStates(states: readonly VmaState[], before: readonly VmaState[]): boolean {
  return (
    states.length === before.length &&
    states.every((state, index) => {
      const old = before[index];
      return old?.firstPage === state.firstPage && old.pages === state.pages && bitsOf(old) === bitsOf(state);
    })
  );
}

function distinct(unknown: readonly Unknown[]): readonly Unknown[] {
  return unknown.filter((one, index) => unknown.findIndex((other) => other.reason.en === one.reason.en) === index);
}
