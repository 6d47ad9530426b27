import { explicitBzero } from '../native/bytes.ts';
import type { ErrnoName } from '../native/errno.ts';
import { PROT } from '../native/mman.ts';
import { touchWrite } from '../native/touch.ts';
import { vmas } from '../native/vma.ts';
import type { Meter } from './meter.ts';
import type { Region } from './region.ts';

/** What a wipe came to: `explicit_bzero` where it may store, else the call that asked the kernel why not. */
export interface Wiped {
  readonly call: 'explicit_bzero' | 'process_vm_writev';
  /** Bytes zeroed, from the start of the range. */
  readonly wipedBytes: number;
  readonly errno: ErrnoName | null;
}

/**
 * Zeroes bytes of a region. A plain store where it is not allowed would end the process, so the VMAs are asked first; at the first page
 * that may not be written, process_vm_writev(2) is asked for the errno.
 */
export function wipe(region: Region, address: bigint, length: number, meter: Meter): Wiped {
  const wipedBytes = writableFrom(address, length);
  if (wipedBytes > 0) meter.measure(() => explicitBzero(address, wipedBytes));
  if (wipedBytes === length) return { call: 'explicit_bzero', wipedBytes, errno: null };
  const page = Math.floor(Number(address - region.address + BigInt(wipedBytes)) / region.pageSize);
  const { errno } = meter.add(touchWrite(region.address, Uint32Array.of(page), region.pageSize));
  return { call: 'process_vm_writev', wipedBytes, errno };
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
