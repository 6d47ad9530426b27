/**
 * The VMAs of a range, and what each is: its lock by `isLocked`, and what smaps alone tells, from the last snapshot
 * where that still holds.
 */

import type { ErrnoName } from '../libc/errno.ts';
import { pageSize } from '../libc/sysconf.ts';
import { readSmaps, type SmapsEntry } from '../proc/smaps.ts';
import { isLocked, vmas } from '../proc/vma.ts';
import type { Unknown } from './unknown.ts';

/**
 * A piece of the range that is one VMA, in pages from the range's start. `onFault` and `dontDump` are null when not
 * read.
 */
export type VmaState = {
  readonly firstPage: number;
  readonly pages: number;
  /** Null when the kernel would not tell. */
  readonly locked: boolean | null;
  readonly onFault: boolean | null;
  readonly dontDump: boolean | null;
  /** As in `PROT`; null when the kernel would not tell. */
  readonly protection: number | null;
  readonly shared: boolean;
  /** Private memory of no file; false when the kernel would not tell. */
  readonly anonymous: boolean;
  /** VmFlags of smaps, as printed; null when not read. */
  readonly vmFlags: string | null;
  /** `Swap` and `LazyFree` of smaps: counts of the whole VMA, which may reach beyond the range. Null when not read. */
  readonly swapBytes: number | null;
  readonly lazyFreeBytes: number | null;
};

/** What a snapshot may know beforehand, and what it is to read. */
export type VmaOptions = {
  /**
   * Read smaps (milliseconds; more with every VMA and resident page) for OnFault and DontDump. Say so after an
   * operation that locks, unlocks or sets what core files hold. Without it smaps is read only when a locked VMA is not
   * in `previous`, or `previous` had VMAs of other bounds.
   */
  readonly readVmFlags?: boolean;
  /**
   * The last snapshot of the same range: VMAs with the same bounds and lock state keep its `onFault` and `dontDump`.
   */
  readonly previous?: { readonly vmas: readonly VmaState[] };
  /** Nothing was called since `previous` that changes the VMAs, so that they need not be walked again (3 µs each). */
  readonly sameVmas?: boolean;
  /**
   * Since `previous` VMAs were only split, joined, locked whole, unlocked or given other rights: what smaps alone tells
   * is taken from the VMA that each was part of, and nothing that is locked anew is on fault, which is what those calls
   * do. For who has to be quick; to be made sure of with `readVmFlags` in a later snapshot.
   */
  readonly inherit?: boolean;
};

/** The VMAs that overlap the range, in order of address. What cannot be told is put into `unknown`. */
export function vmaStates(
  address: bigint,
  pages: number,
  options: VmaOptions,
  unknown: Unknown[],
): readonly VmaState[] {
  if (options.sameVmas && options.previous) return options.previous.vmas;
  const size = BigInt(pageSize());
  const end = address + BigInt(pages) * size;
  const found = vmas(address, end);
  if (found.errno !== null) {
    unknown.push({
      source: 'vmas',
      bits: ['Locked', 'OnFault', 'DontDump'],
      reason: {
        en: `/proc/self/maps can't be read: ${found.errno}.`,
        zh: `无法读取 /proc/self/maps：${found.errno}。`,
      },
    });
    const nothingKnown = {
      locked: null,
      onFault: null,
      dontDump: null,
      protection: null,
      shared: false,
      anonymous: false,
      vmFlags: null,
      swapBytes: null,
      lazyFreeBytes: null,
    };
    return [{ firstPage: 0, pages, ...nothingKnown }];
  }
  let refused: ErrnoName | null = null;
  const states = found.vmas.map((vma): VmaState => {
    const start = vma.start < address ? address : vma.start;
    const stop = vma.end > end ? end : vma.end;
    const { locked, errno } = isLocked(start, Number(stop - start));
    refused ??= errno;
    return {
      firstPage: Number((start - address) / size),
      pages: Number((stop - start) / size),
      locked: errno === null ? locked : null,
      onFault: null,
      dontDump: null,
      protection: vma.protection,
      shared: vma.shared,
      anonymous: vma.anonymous,
      vmFlags: null,
      swapBytes: null,
      lazyFreeBytes: null,
    };
  });
  // smaps tells locks too; it only takes longer.
  const known = withVmFlags(address, end, states, refused === null ? options : { readVmFlags: true }, unknown);
  if (refused !== null && known.some(({ locked }) => locked === null)) unknown.push(lockUntold(refused));
  return known;
}

const lockUntold = (errno: ErrnoName): Unknown => ({
  source: 'vmas',
  bits: ['Locked'],
  reason: {
    en: `msync, which tells locked pages, answered ${errno}, and smaps can't be read.`,
    zh: `用来得知锁定的 msync 返回 ${errno}，且无法读取 smaps。`,
  },
});

/**
 * Adds `onFault` and `dontDump`, from the last snapshot where that still holds, else from smaps where it is worth its
 * price.
 */
function withVmFlags(
  address: bigint,
  end: bigint,
  states: readonly VmaState[],
  { readVmFlags = false, inherit = false, previous }: VmaOptions,
  unknown: Unknown[],
): readonly VmaState[] {
  if (inherit && previous) return inherited(states, previous.vmas);
  if (!readVmFlags) {
    const kept = carriedOver(states, previous);
    // What was never read is neither, as of a new mapping; what was read of other bounds may be either.
    const wasRead = previous?.vmas.some(({ dontDump }) => dontDump !== null);
    if (kept.every(({ locked, dontDump }) => dontDump !== null || (!locked && !wasRead))) return kept;
  }
  const size = BigInt(pageSize());
  const flags = new Map<number, SmapsEntry>();
  const read = readSmaps(
    'self',
    (entry) => flags.set(Number((entry.start > address ? entry.start : address) - address) / Number(size), entry),
    address,
    end,
  );
  if (read.errno !== null) {
    unknown.push({
      source: 'smaps',
      bits: ['OnFault', 'DontDump'],
      reason: {
        en: `/proc/self/smaps can't be read: ${read.errno}.`,
        zh: `无法读取 /proc/self/smaps：${read.errno}。`,
      },
    });
    return states;
  }
  return states.map((state) => {
    const entry = flags.get(state.firstPage);
    return entry ? { ...state, ...toldBySmaps(entry), locked: state.locked ?? entry.locked } : state;
  });
}

/** What smaps alone tells of a VMA. */
export function toldBySmaps({ onFault, dontDump, flags, swapBytes, lazyFreeBytes }: SmapsEntry) {
  return { onFault, dontDump, vmFlags: flags, swapBytes, lazyFreeBytes } satisfies Partial<VmaState>;
}

function carriedOver(states: readonly VmaState[], previous: VmaOptions['previous']): readonly VmaState[] {
  if (!previous) return states;
  const before = new Map(previous.vmas.map((state) => [state.firstPage, state]));
  return states.map((state) => {
    const old = before.get(state.firstPage);
    if (!old || old.pages !== state.pages || old.locked !== state.locked) return state;
    const { onFault, dontDump, vmFlags, swapBytes, lazyFreeBytes } = old;
    return { ...state, onFault, dontDump, vmFlags, swapBytes, lazyFreeBytes };
  });
}

/** Both in order of address, the new ones made of pieces of the old. */
function inherited(states: readonly VmaState[], before: readonly VmaState[]): readonly VmaState[] {
  let at = 0;
  return states.map((state) => {
    for (let old = before[at]; old && old.firstPage + old.pages <= state.firstPage; old = before[at]) at++;
    const old = before[at];
    if (!old) return state;
    const onFault = state.locked && old.locked ? old.onFault : false;
    return { ...state, onFault, dontDump: old.dontDump, vmFlags: old.vmFlags };
  });
}
