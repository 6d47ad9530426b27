/**
 * What the kernel said of one page, as one byte. The bits are measured, never inferred from what was asked for.
 *
 * - `Resident`: mincore(2) bit 0: in core, the page cache and swap cache included.
 * - `Present`: in the page table (`PAGEMAP_SCAN` or pagemap bit 63).
 * - `Locked`: the mapping is `VM_LOCKED` (msync(2) `MS_INVALIDATE` gives `EBUSY`; smaps `lo`). The page itself is
 *   locked once it is in the page table: `isLocked`.
 * - `OnFault`: the mapping is locked with `MLOCK_ONFAULT` (smaps `lf`).
 * - `Swapped`: a swap entry stands in the page table; of shared memory: its file has the page, and memory has not.
 * - `Zero`: the page table maps the shared zero page; without `Present`, a guard page.
 * - `Huge`: mapped by a PMD (a 2 MiB page on x86-64).
 * - `DontDump`: left out of core files (`MADV_DONTDUMP`; smaps `dd`).
 */
export const PageFlag = {
  Resident: 1,
  Present: 2,
  Locked: 4,
  OnFault: 8,
  Swapped: 16,
  Zero: 32,
  Huge: 64,
  DontDump: 128,
} as const;

/**
 * A guard page (`MADV_GUARD_INSTALL`, Linux 6.13): every access of it faults. All eight bits are taken, so it has the
 * combination of two that no page can have: the shared zero page, and not in the page table.
 */
export function isGuard(flags: number): boolean {
  return (flags & (PageFlag.Zero | PageFlag.Present)) === PageFlag.Zero;
}

/**
 * Nothing is mapped there: an access is SIGSEGV. The other combination that no page can have: of a huge page, and
 * neither in the page table nor in swap.
 */
export const unmappedFlags = PageFlag.Huge;

/** Whether nothing is mapped at a page, by the VMAs. */
export function isUnmapped(flags: number): boolean {
  return (flags & (PageFlag.Huge | PageFlag.Present | PageFlag.Swapped)) === unmappedFlags;
}

/**
 * Whether a page is locked: in the page table of a locked VMA. What is only in the page cache there, or in swap, the
 * kernel may still take. As smaps counts `Locked`, and the shared zero page.
 */
export function isLocked(flags: number): boolean {
  return (flags & (PageFlag.Locked | PageFlag.Present)) === (PageFlag.Locked | PageFlag.Present);
}

/** The flags of a page by name, without the two combinations that stand for something else. */
export function flagNames(flags: number): readonly string[] {
  const plain = isGuard(flags) ? flags & ~PageFlag.Zero : isUnmapped(flags) ? flags & ~unmappedFlags : flags;
  return Object.entries(PageFlag).flatMap(([name, flag]) => (plain & flag ? [name] : []));
}

/**
 * The page states that a person tells apart, in the order of the legend. `on-fault` is of a locked VMA and not in the
 * page table yet, for whatever reason.
 */
export const pageStates = [
  'absent',
  'resident',
  'zero',
  'locked',
  'on-fault',
  'swapped',
  'huge',
  'guard',
  'unmapped',
  'unknown',
] as const;
export type PageState = (typeof pageStates)[number];

/**
 * The state to show for a page: the most telling of its flags.
 *
 * @param flags the page's byte
 * @param unknown the flags that this snapshot could not find out; without `Resident` a page's state is unknown, without
 *   `Swapped` that of a page which isn't resident, and without `Present` nothing is called locked
 */
export function pageState(flags: number, unknown = 0): PageState {
  if (isUnmapped(flags)) return 'unmapped';
  if (unknown & PageFlag.Resident) return 'unknown';
  if (isGuard(flags)) return 'guard';
  if (!(flags & PageFlag.Resident)) {
    if (flags & PageFlag.Swapped) return 'swapped';
    if (unknown & PageFlag.Swapped) return 'unknown';
  }
  if (isLocked(flags)) return 'locked';
  // Resident, and perhaps in the page table: then what is known is that it is resident.
  const mayBeLocked = flags & PageFlag.Resident && unknown & PageFlag.Present;
  if (flags & PageFlag.Locked && !mayBeLocked) return 'on-fault';
  if (flags & PageFlag.Huge) return 'huge';
  if (flags & PageFlag.Zero) return 'zero';
  return flags & PageFlag.Resident ? 'resident' : 'absent';
}
