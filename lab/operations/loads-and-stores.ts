/**
 * Loads and stores in a region's memory: the one place that decides how they are made, so that none can end the
 * process. A page that may not be accessed, a guard page, a page of a file that somebody cut in between, and a hugetlb
 * page that the pool no longer has are a signal for a plain load or store and an errno for process_vm_readv(2) and
 * process_vm_writev(2). Those do not reach memfd_secret, and only anonymous memory cannot change under us.
 *
 * A page of memfd_secret may be beyond RLIMIT_MEMLOCK, and so a signal at its first touch (`secret-accounting.ts`).
 * write(2) of one of its bytes to a pipe brings it in, or answers EFAULT; in, it stays.
 */
import { readSync } from 'node:fs';
import { copyOut, explicitBzero, memset } from '../../native/calls/bytes.ts';
import { MADV, MAP, madvise, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { openPipe, writeMemory } from '../../native/calls/pipe.ts';
import { processVmReadv, zero } from '../../native/calls/process-vm.ts';
import { type Touched, touchRead, touchWrite } from '../../native/calls/touch.ts';
import type { ErrnoName } from '../../native/libc/errno.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { readPageTable } from '../../native/pages/page-table.ts';
import { vmas } from '../../native/proc/vma.ts';
import type { Step } from '../../protocol/events.ts';
import { isGuard, PageFlag } from '../../protocol/flags.ts';
import type { Access } from '../../protocol/page-call.ts';
import { formatAddress } from '../base/format.ts';
import type { Region } from '../regions/region.ts';
import type { Meter } from './meter.ts';

/** A load, a store or a wipe by name and arguments, as steps show it. */
export type ShownStore = Pick<Step, 'call' | 'arguments'>;

/** How a page is touched. */
export type TouchCall =
  | 'process_vm_writev'
  | 'process_vm_readv'
  | 'store'
  | 'load'
  | 'MADV_POPULATE_WRITE'
  | 'MADV_POPULATE_READ';

/** What was touched: how many pages, and by which call: the one that refused the next, or the one that touched them. */
export type PagesTouched = Pick<Touched, 'errno'> & { readonly touched: number; readonly call: TouchCall };

/** How pages of a region are touched that may be accessed. */
export function touchCall(region: Region, access: Access): TouchCall {
  if (region.mapping.memory === 'secret') return access === 'write' ? 'store' : 'load';
  return byKernel(access);
}

let transfers: { readonly read: boolean; readonly write: boolean } | undefined;

/** Which transfers of a byte work here, whatever errno a sandbox or a kernel without them answers: tried on a page. */
function tryTransfers() {
  const size = pageSize();
  const page = mmap(null, size, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (page.errno !== null) return { read: true, write: true };
  const works = (errno: ErrnoName | null) => errno === null || errno === 'ENOMEM';
  try {
    const read = works(processVmReadv(process.pid, page.returned, 1, new Uint8Array(128)).errno);
    return { read, write: works(zero(page.returned, 1).errno) };
  } finally {
    munmap(page.returned, size);
  }
}

/**
 * How the kernel touches a page for us without a signal: by a transfer of a byte; where that is refused (older Docker
 * profiles do), by bringing the page in. madvise(2), Linux 5.14
 */
function byKernel(access: Access) {
  transfers ??= tryTransfers();
  if (access === 'write') return transfers.write ? 'process_vm_writev' : 'MADV_POPULATE_WRITE';
  return transfers.read ? 'process_vm_readv' : 'MADV_POPULATE_READ';
}

/** Whether it isn't a call, so that it returns nothing. */
export function isPlain(call: TouchCall): boolean {
  return call === 'store' || call === 'load';
}

function isPopulate(call: TouchCall): call is 'MADV_POPULATE_WRITE' | 'MADV_POPULATE_READ' {
  return call === 'MADV_POPULATE_WRITE' || call === 'MADV_POPULATE_READ';
}

/** What such a call returns of so many pages; a load or a store returns nothing. */
export function returnedOf(call: TouchCall, touched: number): number | 'void' {
  if (isPlain(call)) return 'void';
  return isPopulate(call) ? 0 : touched;
}

/** A touch, as steps show it. @param where the address, or how many pages */
export function shownTouch(call: TouchCall, where: string): ShownStore {
  if (isPlain(call)) return { call, arguments: { addr: where, bytes: 1 } };
  if (isPopulate(call)) return { call: 'madvise', arguments: { addr: where, length: pageSize(), advice: call } };
  return { call, arguments: { pid: process.pid, remote: where, bytes: 1 } };
}

/**
 * Touches pages of a region in this order, one byte each; a store makes it 1. At the first page that refuses it stops.
 */
export function touchPages(region: Region, pages: Uint32Array, access: Access, meter: Meter): PagesTouched {
  if (region.mapping.memory === 'secret') return touchSecret(region, pages, access, meter);
  return touchByKernel(region, pages, access, meter);
}

function touchByKernel(region: Region, pages: Uint32Array, access: Access, meter: Meter): PagesTouched {
  const call = byKernel(access);
  if (isPopulate(call)) return populate(region, pages, call, meter);
  const touch = access === 'write' ? touchWrite : touchRead;
  const result = meter.add(touch(region.address, pages, region.pageSize));
  const touched = result.errno === null ? result.returned : result.touched;
  return { errno: result.errno, touched, call };
}

/**
 * One call for pages that follow one another, so that little of the engine's own is counted between two readings of the
 * faults. Where that is refused they are asked for one by one: the call does not say how far it came.
 */
function populate(
  region: Region,
  pages: Uint32Array,
  call: 'MADV_POPULATE_WRITE' | 'MADV_POPULATE_READ',
  meter: Meter,
): PagesTouched {
  const advice = call === 'MADV_POPULATE_WRITE' ? MADV.POPULATE_WRITE : MADV.POPULATE_READ;
  const ask = (first: number, count: number) => {
    const address = region.address + BigInt(pages[first] ?? 0) * BigInt(region.pageSize);
    return meter.measure(() => madvise(address, count * region.pageSize, advice)).errno;
  };
  let touched = 0;
  while (touched < pages.length) {
    const count = following(pages, touched);
    if (ask(touched, count) === null) {
      touched += count;
      continue;
    }
    for (const end = touched + count; touched < end; touched++) {
      const errno = ask(touched, 1);
      if (errno !== null) return { errno, touched, call };
    }
  }
  return { errno: null, touched, call };
}

/** How many pages of the list, from a place in it on, follow one another in memory. */
function following(pages: Uint32Array, from: number): number {
  let end = from + 1;
  while (end < pages.length && pages[end] === (pages[end - 1] ?? 0) + 1) end++;
  return end - from;
}

/** Where a load of a secret page goes. */
const sink = new Uint8Array(64);

/**
 * process_vm_readv(2) does not reach memfd_secret: plain loads and stores, where the VMAs say that they may be made and
 * the page could be brought in. At the first page that may not be accessed, the kernel is asked for the errno.
 */
function touchSecret(region: Region, pages: Uint32Array, access: Access, meter: Meter): PagesTouched {
  const right = access === 'write' ? PROT.WRITE : PROT.READ;
  const size = BigInt(region.pageSize);
  const secrets = secretPages(meter);
  if (secrets.errno !== null) return { errno: secrets.errno, touched: 0, call: touchCall(region, access) };
  using reach = secrets;
  let touched = 0;
  let allowed = { start: 0n, end: 0n };
  for (const page of pages) {
    const address = region.address + BigInt(page) * size;
    if (address < allowed.start || address >= allowed.end) {
      const found = vmas(address, address + size);
      const vma = found.errno === null ? found.vmas[0] : undefined;
      if (!vma || vma.start > address || !(vma.protection & right)) {
        return { ...touchByKernel(region, Uint32Array.of(page), access, meter), touched };
      }
      allowed = vma;
    }
    if (!reach.bringsIn(address)) {
      return { ...touchByKernel(region, Uint32Array.of(page), access, meter), touched };
    }
    if (access === 'write') meter.measure(() => memset(address, 1, 1));
    else meter.measure(() => copyOut(address, 1, sink));
    touched++;
  }
  return { errno: null, touched, call: touchCall(region, access) };
}

/** What brings pages of memfd_secret in without a signal; or the errno of its pipe. */
function secretPages(meter: Meter) {
  const pipe = openPipe();
  if (pipe.errno !== null) return pipe;
  const bringsIn = (address: bigint): boolean => {
    const { errno } = meter.measure(() => writeMemory(pipe.writeFd, address, 1));
    if (errno === null) readSync(pipe.readFd, sink, 0, 1, null);
    sink.fill(0);
    return errno === null;
  };
  return { errno: null, bringsIn, [Symbol.dispose]: () => pipe[Symbol.dispose]() };
}

/** What a wipe came to, and by which call: the one that refused, or the one that wiped. */
export interface Wiped {
  readonly shown: ShownStore;
  /** Bytes zeroed, from the start of the range. */
  readonly wipedBytes: number;
  readonly errno: ErrnoName | null;
}

/**
 * Zeroes bytes of a region: by explicit_bzero(3) where its memory is nobody else's, the VMAs allow a store and no guard
 * page is in the way. From the first page on that may not be written, it is left to process_vm_writev(2), which answers
 * with the errno, or wipes the rest where the page may be written after all.
 */
export function wipe(region: Region, address: bigint, length: number, meter: Meter): Wiped {
  if (wipedByKernel(region)) return wipeByKernel(address, length, meter);
  const writable = writableFrom(address, length);
  const secret = region.mapping.memory === 'secret';
  const before = secret ? beforeLimit : beforeGuard;
  const wipedBytes = before(address, writable, region.pageSize, meter);
  if (wipedBytes > 0) meter.measure(() => explicitBzero(address, wipedBytes));
  if (wipedBytes === length) return { shown: shownWipe(region, address, length), wipedBytes, errno: null };
  const rest = wipeByKernel(address + BigInt(wipedBytes), length - wipedBytes, meter);
  return { ...rest, wipedBytes: wipedBytes + rest.wipedBytes };
}

/** A wipe of bytes of a region that may be written. */
export function shownWipe(region: Region, address: bigint, length: number): ShownStore {
  if (wipedByKernel(region)) return shownZero(address, length);
  return { call: 'explicit_bzero', arguments: { addr: formatAddress(address), length } };
}

/** Where a store may end the process: the memory is somebody else's too, or nobody can tell whether it is allowed. */
function wipedByKernel({ file, mapping, address }: Region): boolean {
  if (file !== undefined || mapping.memory === 'memfd' || mapping.memory === 'hugetlb') return true;
  return vmas(address, address + 1n).errno !== null;
}

function shownZero(address: bigint, length: number): ShownStore {
  return {
    call: 'process_vm_writev',
    arguments: { pid: process.pid, remote: formatAddress(address), bytes: length },
  };
}

function wipeByKernel(address: bigint, length: number, meter: Meter): Wiped {
  let wipedBytes = 0;
  while (wipedBytes < length) {
    const [from, left] = [address + BigInt(wipedBytes), length - wipedBytes];
    const { errno, returned } = meter.measure(() => zero(from, left));
    if (errno !== null) return { shown: shownZero(from, left), wipedBytes, errno };
    wipedBytes += returned;
  }
  return { shown: shownZero(address, length), wipedBytes, errno: null };
}

/** How many bytes from `address` on may be written, at most `length`. */
function writableFrom(address: bigint, length: number): number {
  const found = vmas(address, address + BigInt(length));
  if (found.errno !== null) return 0;
  const end = address + BigInt(length);
  let at = address;
  for (const vma of found.vmas) {
    if (vma.start > at || !(vma.protection & PROT.WRITE) || at >= end) break;
    at = vma.end;
  }
  return Number((at < end ? at : end) - address);
}

/**
 * How many of these writable bytes come before a guard page. Linux 6.13 to 6.15 shows guard pages as swapped ones, so
 * the kernel is asked to zero a byte of each page that may be one, as the wipe is about to; without
 * PAGEMAP_SCAN that is every page.
 */
function beforeGuard(address: bigint, length: number, pageSize: number, meter: Meter): number {
  const inPage = Number(address % BigInt(pageSize));
  const flags = new Uint8Array(Math.ceil((inPage + length) / pageSize));
  if (length === 0) return 0;
  const told = readPageTable(address - BigInt(inPage), flags.length, flags).source === 'pagemap-scan';
  for (const [page, bits] of flags.entries()) {
    if (told && !isGuard(bits) && !(bits & PageFlag.Swapped)) continue;
    const before = Math.max(0, page * pageSize - inPage);
    if (meter.measure(() => zero(address + BigInt(before), 1)).errno !== null) return before;
  }
  return length;
}

/** How many of these writable bytes of memfd_secret come before a page that may not be had beyond RLIMIT_MEMLOCK. */
function beforeLimit(address: bigint, length: number, pageSize: number, meter: Meter): number {
  const secrets = secretPages(meter);
  if (secrets.errno !== null) return 0;
  using reach = secrets;
  const inPage = Number(address % BigInt(pageSize));
  for (let at = 0; at < length; at += at === 0 ? pageSize - inPage : pageSize) {
    if (!reach.bringsIn(address + BigInt(at))) return at;
  }
  return length;
}
