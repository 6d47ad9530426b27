import { MADV, PROT } from '../../native/calls/mman.ts';
import type { Advice } from '../../protocol/page-call.ts';
import * as undo from './undo.ts';

/** What is known of one advice of madvise(2), beside its number. */
export interface AdviceEntry {
  /** As madvise(2) takes it. */
  readonly value: number;
  /** Pages of one call at the most; advice that is a flag of the VMA costs the same for any number. */
  readonly mostPages: number;
  /** It is a flag of the VMA: a call for a part of one splits it, and smaps alone tells. */
  readonly vmFlag?: boolean;
  /** What it does to pages shows in smaps alone, as a count. */
  readonly countedBySmaps?: boolean;
  /**
   * The right that its pages need, as in `PROT`; such advice brings pages in, which the kernel cannot do for
   * memfd_secret.
   */
  readonly populates?: number;
  /** Locked memory refuses it with EINVAL; what comes before it is done. madvise(2), mm/madvise.c */
  readonly refusedByLocks?: boolean;
  readonly undo: undo.Undo;
}

const any = Number.POSITIVE_INFINITY;

/** Every advice that is given to pages. The bounds keep one call at 1 to 5 ms (`npm run bench -- workbench`). */
export const advices: Readonly<Record<Advice, AdviceEntry>> = {
  MADV_NORMAL: { value: MADV.NORMAL, mostPages: any, vmFlag: true, undo: undo.notByHand },
  MADV_RANDOM: { value: MADV.RANDOM, mostPages: any, vmFlag: true, undo: undo.notByHand },
  MADV_SEQUENTIAL: { value: MADV.SEQUENTIAL, mostPages: any, vmFlag: true, undo: undo.notByHand },
  MADV_WILLNEED: { value: MADV.WILLNEED, mostPages: 4096, undo: undo.readAhead },
  MADV_DONTNEED: { value: MADV.DONTNEED, mostPages: 16_384, refusedByLocks: true, undo: undo.contentsGone },
  MADV_FREE: {
    value: MADV.FREE,
    mostPages: 16_384,
    countedBySmaps: true,
    refusedByLocks: true,
    undo: undo.contentsGone,
  },
  MADV_HUGEPAGE: { value: MADV.HUGEPAGE, mostPages: any, vmFlag: true, undo: undo.hugeAsBefore('hg') },
  MADV_NOHUGEPAGE: { value: MADV.NOHUGEPAGE, mostPages: any, vmFlag: true, undo: undo.hugeAsBefore('nh') },
  MADV_DONTDUMP: { value: MADV.DONTDUMP, mostPages: any, vmFlag: true, undo: undo.dumpedAgain },
  MADV_DODUMP: { value: MADV.DODUMP, mostPages: any, vmFlag: true, undo: undo.notDumpedAgain },
  MADV_COLD: { value: MADV.COLD, mostPages: 16_384, refusedByLocks: true, undo: undo.reclaimed },
  MADV_PAGEOUT: { value: MADV.PAGEOUT, mostPages: 1024, refusedByLocks: true, undo: undo.reclaimed },
  MADV_POPULATE_READ: { value: MADV.POPULATE_READ, mostPages: 2048, populates: PROT.READ, undo: undo.dropped },
  MADV_POPULATE_WRITE: { value: MADV.POPULATE_WRITE, mostPages: 2048, populates: PROT.WRITE, undo: undo.dropped },
  MADV_COLLAPSE: { value: MADV.COLLAPSE, mostPages: 2048, undo: undo.collapsed },
  MADV_REMOVE: { value: MADV.REMOVE, mostPages: 16_384, refusedByLocks: true, undo: undo.contentsGone },
  MADV_DONTNEED_LOCKED: { value: MADV.DONTNEED_LOCKED, mostPages: 16_384, undo: undo.contentsGone },
  MADV_WIPEONFORK: {
    value: MADV.WIPEONFORK,
    mostPages: any,
    vmFlag: true,
    undo: undo.flagAsBefore('wf', true, 'MADV_KEEPONFORK'),
  },
  MADV_KEEPONFORK: {
    value: MADV.KEEPONFORK,
    mostPages: any,
    vmFlag: true,
    undo: undo.flagAsBefore('wf', false, 'MADV_WIPEONFORK'),
  },
  MADV_DONTFORK: {
    value: MADV.DONTFORK,
    mostPages: any,
    vmFlag: true,
    undo: undo.flagAsBefore('dc', true, 'MADV_DOFORK'),
  },
  MADV_DOFORK: {
    value: MADV.DOFORK,
    mostPages: any,
    vmFlag: true,
    undo: undo.flagAsBefore('dc', false, 'MADV_DONTFORK'),
  },
  MADV_GUARD_INSTALL: {
    value: MADV.GUARD_INSTALL,
    mostPages: 16_384,
    refusedByLocks: true,
    undo: undo.unguarded,
  },
  MADV_GUARD_REMOVE: { value: MADV.GUARD_REMOVE, mostPages: 16_384, undo: undo.guarded },
};
