/**
 * Which pages of shared memory are in swap. The page table has no entry of such a page, and mincore answers as for one
 * that never was; but the memory's file has it: lseek(2) calls it data. mm/filemap.c, `folio_seek_hole_data`
 */
import { closeSync, openSync } from 'node:fs';
import { seekData, seekHole } from '../calls/seek-data.ts';
import { swapInUse } from '../calls/sysinfo.ts';
import type { ErrnoName } from '../libc/errno.ts';
import { pageSize } from '../libc/sysconf.ts';
import { fileFailure } from '../proc/proc-file.ts';
import { PageBit } from './page-bit.ts';
import type { Unknown } from './unknown.ts';
import type { VmaState } from './vma-states.ts';

/** Stretches of data that are asked for in one look, 1 µs each. */
const MOST_STRETCHES = 4096;

const THERE = PageBit.Resident | PageBit.Present | PageBit.Swapped | PageBit.Zero;

/**
 * Adds Swapped to the bytes of a range that maps shared memory (shmem, a memfd, a file on tmpfs) from its first page.
 * Asks nothing while nothing of the machine is in swap.
 *
 * @param fd what is mapped; anonymous shared memory has none, and /proc/self/map_files gives it to root alone. Without
 *   it smaps' `Swap` says whether anything of it is in swap, and then it is unknown which pages.
 * @returns whether a byte was changed
 */
export function addSharedSwap(
  address: bigint,
  states: readonly VmaState[],
  into: Uint8Array,
  fd: number | undefined,
  unknown: Unknown[],
): boolean {
  const swap = swapInUse();
  if ((swap.errno === null && !swap.used) || !states.some((state) => someAbsent(into, state))) return false;
  // Data that is not known to be in memory may be in either.
  if (unknown.some(({ bits }) => bits.includes('Resident'))) {
    unknown.push(notWithoutMincore);
    return false;
  }
  if (fd !== undefined) return ask(fd, states, into, unknown);
  const opened = openMapped(address, states);
  if (typeof opened === 'string') {
    const swapped = states.map(({ swapBytes }) => swapBytes);
    if (swapped.includes(null) || swapped.some((bytes) => bytes !== 0)) unknown.push(notWhich(opened));
    return false;
  }
  try {
    return ask(opened, states, into, unknown);
  } finally {
    closeSync(opened);
  }
}

function someAbsent(into: Uint8Array, { firstPage, pages }: VmaState): boolean {
  for (let page = firstPage; page < firstPage + pages; page++) if (!((into[page] ?? 0) & THERE)) return true;
  return false;
}

/** The memory behind a mapping without a descriptor. proc_pid_map_files(5): CAP_CHECKPOINT_RESTORE, Linux 5.9. */
function openMapped(address: bigint, [first]: readonly VmaState[]): number | ErrnoName {
  const size = BigInt(pageSize());
  const start = address + BigInt(first?.firstPage ?? 0) * size;
  const end = start + BigInt(first?.pages ?? 0) * size;
  try {
    return openSync(`/proc/self/map_files/${start.toString(16)}-${end.toString(16)}`, 'r');
  } catch (error) {
    return fileFailure(error).errno;
  }
}

function ask(fd: number, states: readonly VmaState[], into: Uint8Array, unknown: Unknown[]): boolean {
  const size = pageSize();
  let stretches = 0;
  let changed = false;
  for (const { firstPage, pages } of states) {
    const end = firstPage + pages;
    for (let page = firstPage; page < end; ) {
      if (stretches++ === MOST_STRETCHES) {
        unknown.push(tooScattered);
        return changed;
      }
      const data = seekData(fd, page * size);
      if (data.errno === 'ENXIO' || (data.errno === null && data.returned >= end * size)) break;
      const hole = data.errno === null ? seekHole(fd, data.returned) : data;
      if (data.errno !== null || hole.errno !== null) {
        unknown.push(notWhich(hole.errno ?? 'EINVAL'));
        return changed;
      }
      const until = Math.min(end, Math.ceil(hole.returned / size));
      for (page = Math.floor(data.returned / size); page < until; page++) {
        if ((into[page] ?? 0) & THERE) continue;
        into[page] = (into[page] ?? 0) | PageBit.Swapped;
        changed = true;
      }
    }
  }
  return changed;
}

const notWhich = (errno: ErrnoName): Unknown => ({
  source: 'shared-memory',
  bits: ['Swapped'],
  reason: {
    en: `Some of this shared memory may be in swap, and which pages can't be asked (${errno}).`,
    zh: `这块共享内存可能有一部分在交换区中，但无法查询是哪些页（${errno}）。`,
  },
});

const notWithoutMincore: Unknown = {
  source: 'shared-memory',
  bits: ['Swapped'],
  reason: {
    en: 'Without mincore nothing tells what of shared memory is in swap.',
    zh: '没有 mincore，就无从得知共享内存的哪些部分在交换区中。',
  },
};

const tooScattered: Unknown = {
  source: 'shared-memory',
  bits: ['Swapped'],
  reason: {
    en: `This shared memory is in more than ${MOST_STRETCHES} pieces: what of it is in swap isn't asked.`,
    zh: `这块共享内存被分成超过 ${MOST_STRETCHES} 段：不查询其中哪些在交换区中。`,
  },
};
