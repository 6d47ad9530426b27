import type { LockRange } from '../../../protocol/lock-range.ts';
import { type LockKind, lockKinds } from './lock-kind.ts';

/** As many bars as a chart is drawn with: more would cost time and could not be told apart. */
export const mostBars = 200;

/** One bar: a locked range, or several of a kind that had to be drawn as one. */
export interface LockBar {
  readonly region: number;
  readonly kind: LockKind;
  readonly onFault: boolean;
  readonly firstPage: number;
  readonly lastPage: number;
  /** Pages that were locked in it, each counted once. */
  readonly pages: number;
  readonly ranges: number;
  readonly startNs: number;
  /** Undefined while it is locked. */
  readonly endNs: number | undefined;
}

/** A locked range with what only its region and the steps tell. */
export type KnownRange = LockRange & { readonly region: number; readonly kind: LockKind };

/**
 * The bars of all ranges, `most` at most: when there are more, those of one kind that follow on each other are merged,
 * evenly, into bars that span them.
 */
export function lockBars(ranges: readonly KnownRange[], most = mostBars): LockBar[] {
  const groups = [
    ...Map.groupBy(ranges, ({ region, kind }) => region * lockKinds.length + lockKinds.indexOf(kind)).values(),
  ];
  for (const group of groups) group.sort((a, b) => a.startNs - b.startNs || a.firstPage - b.firstPage);
  const bars = (size: number) => groups.reduce((sum, group) => sum + Math.ceil(group.length / size), 0);
  let size = 1;
  while (bars(size) > most && size < ranges.length) size++;
  return groups.flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / size) }, (_, index) =>
      merged(group.slice(index * size, (index + 1) * size)),
    ).flat(),
  );
}

function merged(ranges: readonly KnownRange[]): LockBar[] {
  const [first] = ranges;
  if (!first) return [];
  const open = ranges.some(({ endNs }) => endNs === undefined);
  return [
    {
      region: first.region,
      kind: first.kind,
      onFault: ranges.every(({ onFault }) => onFault),
      firstPage: Math.min(...ranges.map(({ firstPage }) => firstPage)),
      lastPage: Math.max(...ranges.map(({ firstPage, pageCount }) => firstPage + pageCount - 1)),
      pages: distinctPages(ranges),
      ranges: ranges.length,
      startNs: Math.min(...ranges.map(({ startNs }) => startNs)),
      endNs: open ? undefined : Math.max(...ranges.map(({ endNs }) => endNs ?? 0)),
    },
  ];
}

function distinctPages(ranges: readonly LockRange[]): number {
  let [pages, reached] = [0, 0];
  for (const { firstPage, pageCount, scattered } of [...ranges].sort((a, b) => a.firstPage - b.firstPage)) {
    const end = firstPage + pageCount;
    const added = Math.max(0, end - Math.max(reached, firstPage));
    pages += scattered === undefined ? added : Math.min(scattered, added);
    reached = Math.max(reached, end);
  }
  return pages;
}

/** What is locked at a time, by region. Pages that follow on each other are one, however many calls locked them. */
export function lockedAt(bars: readonly LockBar[], tNs: number): LockBar[] {
  const locked = bars.filter(({ startNs, endNs }) => startNs <= tNs && (endNs === undefined || endNs > tNs));
  const groups = Map.groupBy(locked, ({ region, kind, onFault }) => `${region} ${kind} ${onFault}`);
  return [...groups.values()].flatMap((group) => {
    const runs: LockBar[] = [];
    for (const bar of group.toSorted((one, other) => one.firstPage - other.firstPage)) {
      const before = runs.at(-1);
      // Bars of several ranges span pages that are not locked.
      const follows = before?.ranges === 1 && bar.ranges === 1 && bar.firstPage === before.lastPage + 1;
      if (!before || !follows) runs.push(bar);
      else runs[runs.length - 1] = { ...before, lastPage: bar.lastPage, pages: before.pages + bar.pages };
    }
    return runs;
  });
}
