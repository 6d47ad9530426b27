import { z } from 'zod';
import type { Access, PageCall } from './page-call.ts';

/** Pages of one region: the first, and how many. */
export const pageRangeSchema = z.object({ firstPage: z.int().nonnegative(), pageCount: z.int().positive() });
export type PageRange = z.infer<typeof pageRangeSchema>;

/** Bytes of one region, for calls that round to pages by themselves and for those that refuse what is not aligned. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** `acrossHoles`: also where part of it was unmapped, for calls whose refusal of a hole is the subject. */
export type Range = (PageRange | ByteRange) & { readonly acrossHoles?: boolean };

/**
 * One call on a range of a region, as data: the log, the page map, the C program and the recording are all made from
 * it. `touch` names its pages one by one, since their order is what some experiments are about.
 */
export type Operation =
  | { readonly kind: 'touch'; readonly access: Access; readonly pages: readonly number[] }
  | (Exclude<PageCall, { kind: 'touch' }> & { readonly range: Range });

/** The flags of mlockall(2). */
export const mclFlagSchema = z.enum(['MCL_CURRENT', 'MCL_FUTURE', 'MCL_ONFAULT']);
export type MclFlag = z.infer<typeof mclFlagSchema>;

/** One call on the whole process. Only isolated experiments do these: what they change, no region's end undoes. */
export type ProcessOperation =
  | { readonly kind: 'mlockall'; readonly flags: readonly MclFlag[] }
  | { readonly kind: 'munlockall' }
  /** setrlimit(2) of RLIMIT_MEMLOCK's soft limit, in bytes. */
  | { readonly kind: 'setrlimit'; readonly softBytes: number }
  /** capset(2): gives CAP_IPC_LOCK up, so that RLIMIT_MEMLOCK applies also to root. */
  | { readonly kind: 'drop-ipc-lock' }
  /**
   * setrlimit(2): RLIMIT_CORE's soft limit becomes its hard limit, and who may raise that has none: core files as large
   * as is allowed.
   */
  | { readonly kind: 'raise-core-limit' }
  /**
   * prctl(2) `PR_SET_DUMPABLE`: without it the kernel writes no core file of this process, nor of a copy made from then
   * on.
   */
  | { readonly kind: 'set-dumpable'; readonly dumpable: boolean }
  /** prctl(2) `PR_SET_PTRACER`: lets the process's own children trace it, where Yama lets only ancestors. */
  | { readonly kind: 'set-tracer'; readonly allowed: boolean }
  /** clone(2) into abort(3): a copy of the process, with its memory, that ends as a crash does. */
  | { readonly kind: 'abort' }
  /** prctl(2) `PR_SET_THP_DISABLE`: a page is a page also where malloc maps it. */
  | { readonly kind: 'disable-thp' }
  /** mallopt(3): a threshold of glibc's malloc, in bytes, which then no longer moves by itself. */
  | { readonly kind: 'mallopt'; readonly parameter: MallocThreshold; readonly bytes: number };

/** The parameters of mallopt(3) that are set. */
export type MallocThreshold = 'M_MMAP_THRESHOLD' | 'M_TRIM_THRESHOLD';
