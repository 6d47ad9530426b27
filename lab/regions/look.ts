import { histogram, pageCounts } from '../../protocol/counts.ts';
import type { PageCounts } from '../../protocol/counts-schema.ts';
import { PageFlag } from '../../protocol/flags.ts';
import type { Snapshot } from '../../protocol/frame-stream.ts';
import type { PageRange } from '../../protocol/operation.ts';
import { forEachRun } from '../../protocol/runs.ts';

/** A snapshot that stays as it is, for the experiment to reason about. */
export interface Look {
  readonly counts: PageCounts;
  /** Flags that could not be found out. */
  readonly unknown: number;
  /** The counts of a part of the region. */
  within(range: PageRange): PageCounts;
  /** The pages that have a flag, as ranges in order. */
  pagesWith(flag: keyof typeof PageFlag): readonly PageRange[];
  /** Whether this snapshot knows the flag of every page. */
  knows(flag: keyof typeof PageFlag): boolean;
}

/** The snapshot, with its own flags: the observer writes over the snapshot's at its next look. */
export function lookOf({ flags, unknown }: Snapshot): Look {
  const kept = flags.slice();
  return {
    counts: pageCounts(histogram(kept)),
    unknown,
    within: ({ firstPage, pageCount }) => pageCounts(histogram(kept.subarray(firstPage, firstPage + pageCount))),
    pagesWith: (flag) => rangesWith(kept, PageFlag[flag]),
    knows: (flag) => !(unknown & PageFlag[flag]),
  };
}

export function rangesWith(flags: Uint8Array, flag: number): PageRange[] {
  const ranges: { firstPage: number; pageCount: number }[] = [];
  forEachRun(flags, (firstPage, pageCount, byte) => {
    if (!(byte & flag)) return;
    const last = ranges.at(-1);
    if (last && last.firstPage + last.pageCount === firstPage) last.pageCount += pageCount;
    else ranges.push({ firstPage, pageCount });
  });
  return ranges;
}
