/**
 * What the kernel said of one page, as one byte. The bits are measured, never inferred from what was asked for.
 *
 * - `Resident`: mincore(2) bit 0: in core, the page cache and swap cache included.
 * - `Present`: in the page table (`PAGEMAP_SCAN` or pagemap bit 63).
 * - `Locked`: the mapping is `VM_LOCKED` (msync(2) `MS_INVALIDATE` gives `EBUSY`; smaps `lo`).
 * - `OnFault`: the mapping is locked with `MLOCK_ONFAULT` (smaps `lf`).
 * - `Swapped`: a swap entry stands in the page table.
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
 * The page states that a person tells apart, in the order of the legend. `on-fault` is locked and not in memory yet,
 * for whatever reason.
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
  'unknown',
] as const;
export type PageState = (typeof pageStates)[number];

/**
 * The state to show for a page: the most telling of its flags.
 *
 * @param flags the page's byte
 * @param unknown the flags that this snapshot could not find out; without `Resident` a page's state is unknown
 */
export function pageState(flags: number, unknown = 0): PageState {
  if (unknown & PageFlag.Resident) return 'unknown';
  if (isGuard(flags)) return 'guard';
  if (flags & PageFlag.Swapped && !(flags & PageFlag.Resident)) return 'swapped';
  if (flags & PageFlag.Locked) return flags & PageFlag.Resident ? 'locked' : 'on-fault';
  if (flags & PageFlag.Huge) return 'huge';
  if (flags & PageFlag.Zero) return 'zero';
  return flags & PageFlag.Resident ? 'resident' : 'absent';
}
