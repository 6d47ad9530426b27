/** The advice of madvise(2), all values of uapi/asm-generic/mman-common.h to Linux 6.18. */

/** What `madvise` may be told. Each comment says the first kernel that knows it, where that is not older than 2.6. */
export const MADV = {
  NORMAL: 0,
  RANDOM: 1,
  SEQUENTIAL: 2,
  /** Start reading file pages (or swapped ones) in; returns before they are there. */
  WILLNEED: 3,
  /** Drop the pages now; private anonymous memory then reads as zeros. EINVAL on locked memory. */
  DONTNEED: 4,
  /** Linux 4.5. May be dropped under pressure until written again. EINVAL on locked memory. */
  FREE: 8,
  /** Punch a hole in the file or shared memory behind the range. */
  REMOVE: 9,
  DONTFORK: 10,
  DOFORK: 11,
  /** Linux 2.6.32, needs CONFIG_KSM. */
  MERGEABLE: 12,
  UNMERGEABLE: 13,
  /** Linux 2.6.38, needs CONFIG_TRANSPARENT_HUGEPAGE. */
  HUGEPAGE: 14,
  /** Linux 2.6.38. */
  NOHUGEPAGE: 15,
  /** Linux 3.4. Leave the range out of core files (`dd` in VmFlags). */
  DONTDUMP: 16,
  DODUMP: 17,
  /** Linux 4.14. A child of fork sees zeros. Private anonymous memory only. */
  WIPEONFORK: 18,
  KEEPONFORK: 19,
  /** Linux 5.4. First in line for reclaim. EINVAL on locked memory. */
  COLD: 20,
  /** Linux 5.4. Reclaim now; without swap, anonymous memory stays and the call still answers 0. */
  PAGEOUT: 21,
  /** Linux 5.14. Fault every page in for reading: anonymous memory gets the zero page. */
  POPULATE_READ: 22,
  /** Linux 5.14. Fault every page in for writing. */
  POPULATE_WRITE: 23,
  /** Linux 5.18. DONTNEED that also drops locked pages; the range stays locked. */
  DONTNEED_LOCKED: 24,
  /** Linux 6.1. Build huge pages now. */
  COLLAPSE: 25,
  /** Needs CAP_SYS_ADMIN and CONFIG_MEMORY_FAILURE: takes pages offline. Never used here. */
  HWPOISON: 100,
  SOFT_OFFLINE: 101,
  /** Linux 6.13. Every access of the range faults, at the cost of no VMA. */
  GUARD_INSTALL: 102,
  GUARD_REMOVE: 103,
} as const;
