/**
 * Loads and stores in a region's memory: the one place that decides how they are made, so that none can end the process. A page that may not be
 * accessed, and a page of a file that somebody cut in between, are a signal for a plain load or store and an errno for process_vm_readv(2)
 * and process_vm_writev(2). Those do not reach memfd_secret, and only anonymous memory cannot change under us.
 */
import { copyOut, explicitBzero, memset } from '../native/bytes.ts';
import type { ErrnoName } from '../native/errno.ts';
import { PROT } from '../native/mman.ts';
import { zero } from '../native/process-vm.ts';
import { type Touched, touchRead, touchWrite } from '../native/touch.ts';
import { vmas } from '../native/vma.ts';
import type { Access } from '../protocol/operation.ts';
import type { Meter } from './meter.ts';
import type { Region } from './region.ts';

/** What was touched: how many pages, and the first that could not be. */
export type PagesTouched = Pick<Touched, 'errno'> & { readonly touched: number };

/** Touches pages of a region in this order, one byte each; a store makes it 1. At the first page that refuses it stops. */
export function touchPages(region: Region, pages: Uint32Array, access: Access, meter: Meter): PagesTouched {
  if (region.mapping.memory === 'secret') return touchSecret(region, pages, access, meter);
  const touch = access === 'write' ? touchWrite : touchRead;
  const result = meter.add(touch(region.address, pages, region.pageSize));
  return { errno: result.errno, touched: result.errno === null ? result.returned : result.touched };
}

/** Where a load of a secret page goes. */
const sink = new Uint8Array(64);

/** memfd_secret is out of the kernel's own reach: plain loads and stores, where the VMAs say that they may be made. */
function touchSecret(region: Region, pages: Uint32Array, access: Access, meter: Meter): PagesTouched {
  const right = access === 'write' ? PROT.WRITE : PROT.READ;
  const size = BigInt(region.pageSize);
  let touched = 0;
  let allowed = { start: 0n, end: 0n };
  for (const page of pages) {
    const address = region.address + BigInt(page) * size;
    if (address < allowed.start || address >= allowed.end) {
      const found = vmas(address, address + size);
      const vma = found.errno === null ? found.vmas[0] : undefined;
      if (!vma || vma.start > address || !(vma.protection & right)) return { errno: 'EFAULT', touched };
      allowed = vma;
    }
    if (access === 'write') meter.measure(() => memset(address, 1, 1));
    else meter.measure(() => copyOut(address, 1, sink));
    touched++;
  }
  return { errno: null, touched };
}

/** What a wipe came to, and by which call: the one that refused, or the one that wiped. */
export interface Wiped {
  readonly call: 'explicit_bzero' | 'process_vm_writev';
  /** Bytes zeroed, from the start of the range. */
  readonly wipedBytes: number;
  readonly errno: ErrnoName | null;
}

/**
 * Zeroes bytes of a region: by explicit_bzero(3) where its memory is nobody else's and the VMAs allow a store. At the first page that may not
 * be written, process_vm_writev(2) is asked for the errno.
 */
export function wipe(region: Region, address: bigint, length: number, meter: Meter): Wiped {
  if (region.file || region.mapping.memory === 'memfd') return wipeByKernel(address, length, meter);
  const wipedBytes = writableFrom(address, length);
  if (wipedBytes > 0) meter.measure(() => explicitBzero(address, wipedBytes));
  if (wipedBytes === length) return { call: 'explicit_bzero', wipedBytes, errno: null };
  const { errno } = wipeByKernel(address + BigInt(wipedBytes), 1, meter);
  return { call: 'process_vm_writev', wipedBytes, errno };
}

function wipeByKernel(address: bigint, length: number, meter: Meter): Wiped {
  let wipedBytes = 0;
  while (wipedBytes < length) {
    const { errno, returned } = meter.measure(() => zero(address + BigInt(wipedBytes), length - wipedBytes));
    if (errno !== null) return { call: 'process_vm_writev', wipedBytes, errno };
    wipedBytes += returned;
  }
  return { call: 'process_vm_writev', wipedBytes, errno: null };
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
