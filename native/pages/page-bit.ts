/**
 * A page's byte. The same numbers stand in protocol/flags.ts, which crosses the wire; native can't import it, a test
 * compares.
 */
export const PageBit = {
  /** mincore: in RAM or swap cache. */
  Resident: 1,
  /** Mapped in the page table. */
  Present: 2,
  /** Its VMA is locked; the page is, once it is Present too. */
  Locked: 4,
  /** Its VMA is locked on fault (mlock2 with MLOCK_ONFAULT, mlockall with MCL_ONFAULT). */
  OnFault: 8,
  /** The page table holds a swap entry, or the page of shared memory is in swap. */
  Swapped: 16,
  /**
   * Maps the shared zero page (4 KiB or huge); without Present a guard page (MADV_GUARD_INSTALL), which maps nothing.
   */
  Zero: 32,
  /** Mapped as part of a huge page (a PMD); with neither Present nor Swapped nothing is mapped at all. */
  Huge: 64,
  /** Its VMA is left out of core files (MADV_DONTDUMP). */
  DontDump: 128,
} as const;
