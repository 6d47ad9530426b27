/** Runs of pages as the contract has them: `[first, count, first, count, …]`, ascending and apart. */
import { maxActionRuns, type PageRuns } from '../../protocol/workbench.ts';
import { formatPages } from '../base/format.ts';

/** How many runs a sentence names before it counts the others. */
const namedRuns = 3;

/** Calls `each` for every run. */
export function forEachPageRun(runs: PageRuns, each: (firstPage: number, pageCount: number) => void): void {
  for (let at = 0; at + 1 < runs.length; at += 2) each(runs[at] ?? 0, runs[at + 1] ?? 0);
}

/** Pages in all runs together. */
export function countRunPages(runs: PageRuns): number {
  let pages = 0;
  forEachPageRun(runs, (_first, count) => {
    pages += count;
  });
  return pages;
}

/** The page after the last one; 0 when there isn't one. */
export function endOfRuns(runs: PageRuns): number {
  return (runs.at(-2) ?? 0) + (runs.at(-1) ?? 0);
}

/** `0–15, 32`, and how many runs more. */
export function formatRuns(runs: PageRuns): string {
  const ranges = [];
  for (let at = 0; at < Math.min(runs.length, 2 * namedRuns); at += 2) {
    ranges.push({ firstPage: runs[at] ?? 0, pageCount: runs[at + 1] ?? 0 });
  }
  const more = runs.length / 2 - namedRuns;
  return `${formatPages(ranges)}${more > 0 ? ` … (+${more})` : ''}`;
}

/** Gathers pages in ascending order into runs, joining neighbours. */
export class RunsBuilder {
  readonly runs: number[] = [];

  add(firstPage: number, pageCount: number): void {
    const { runs } = this;
    if (runs.length > 0 && endOfRuns(runs) === firstPage) runs[runs.length - 1] = (runs.at(-1) ?? 0) + pageCount;
    else runs.push(firstPage, pageCount);
  }

  /** In pieces that one action may be about. */
  get actions(): number[][] {
    const actions: number[][] = [];
    for (let at = 0; at < this.runs.length; at += 2 * maxActionRuns)
      actions.push(this.runs.slice(at, at + 2 * maxActionRuns));
    return actions;
  }
}
