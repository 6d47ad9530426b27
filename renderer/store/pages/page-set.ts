import { forEachRun } from '../../../protocol/runs.ts';
import type { PageRuns } from '../../../protocol/workbench.ts';

/**
 * Pages of one region as runs, which is how the kernel's calls take them: all work is by run, so that a million pages
 * that are one run cost no more than one page. Immutable.
 */
export interface PageSet {
  /** `[first, count, first, count, …]`, ascending, with a gap between one run and the next. */
  readonly runs: PageRuns;
  /** How many pages. */
  readonly count: number;
}

export const noPages: PageSet = { runs: [], count: 0 };

/** The pages of runs that came from the engine. */
export const pageSetOf = (runs: PageRuns): PageSet => ({
  runs,
  count: runs.reduce((sum, count, at) => (at % 2 === 1 ? sum + count : sum), 0),
});

export const runCount = (set: PageSet): number => set.runs.length >>> 1;

/** Gathers runs that come in ascending order of their first page; those that touch or overlap become one. */
class Builder {
  readonly #runs: number[] = [];
  #count = 0;
  #end = -1;

  add(first: number, end: number): void {
    if (end <= first) return;
    if (first > this.#end) {
      this.#runs.push(first, end - first);
      this.#count += end - first;
      this.#end = end;
    } else if (end > this.#end) {
      const last = this.#runs.length - 1;
      this.#runs[last] = (this.#runs[last] ?? 0) + end - this.#end;
      this.#count += end - this.#end;
      this.#end = end;
    }
  }

  build(): PageSet {
    return this.#count === 0 ? noPages : { runs: this.#runs, count: this.#count };
  }
}

/** The pages from one to another, both included, in either order. */
export function pagesBetween(one: number, other: number): PageSet {
  const [first, last] = one < other ? [one, other] : [other, one];
  return { runs: [first, last - first + 1], count: last - first + 1 };
}

export const allPages = (pages: number): PageSet => (pages === 0 ? noPages : pagesBetween(0, pages - 1));

/** Calls `each` for every run; `end` is the page after its last. */
export function forEachRunOf(set: PageSet, each: (first: number, end: number) => void): void {
  const { runs } = set;
  for (let at = 0; at < runs.length; at += 2) {
    const first = runs[at] ?? 0;
    each(first, first + (runs[at + 1] ?? 0));
  }
}

export function union(one: PageSet, other: PageSet): PageSet {
  if (one.count === 0) return other;
  if (other.count === 0) return one;
  const builder = new Builder();
  const [a, b] = [one.runs, other.runs];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && (a[i] ?? 0) <= (b[j] ?? 0));
    const runs = fromA ? a : b;
    const at = fromA ? i : j;
    const first = runs[at] ?? 0;
    builder.add(first, first + (runs[at + 1] ?? 0));
    if (fromA) i += 2;
    else j += 2;
  }
  return builder.build();
}

/** The pages of `one` that are not in `other`. */
export function difference(one: PageSet, other: PageSet): PageSet {
  if (one.count === 0 || other.count === 0) return one;
  const builder = new Builder();
  const cuts = other.runs;
  let cut = 0;
  forEachRunOf(one, (first, end) => {
    let from = first;
    while (cut < cuts.length && (cuts[cut] ?? 0) + (cuts[cut + 1] ?? 0) <= from) cut += 2;
    // The last cut may reach into the next run: it is looked at again there.
    for (let at = cut; at < cuts.length && (cuts[at] ?? 0) < end; at += 2) {
      builder.add(from, cuts[at] ?? 0);
      from = Math.max(from, (cuts[at] ?? 0) + (cuts[at + 1] ?? 0));
    }
    builder.add(from, end);
  });
  return builder.build();
}

/** The pages of the region that are not in the set. */
export const inverted = (set: PageSet, pages: number): PageSet => difference(allPages(pages), set);

/** Index into `runs` of the first run that ends after the page. */
export function runFrom({ runs }: PageSet, page: number): number {
  let [low, high] = [0, runs.length >>> 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[2 * middle] ?? 0) + (runs[2 * middle + 1] ?? 0) > page) high = middle;
    else low = middle + 1;
  }
  return 2 * low;
}

export function hasPage(set: PageSet, page: number): boolean {
  const first = set.runs[runFrom(set, page)];
  return first !== undefined && first <= page;
}

/** The pages whose byte `holds` accepts; it is asked once for each of the 256 bytes. */
export function pagesWhere(flags: Uint8Array, holds: (byte: number) => boolean): PageSet {
  const wanted = Array.from({ length: 256 }, (_, byte) => holds(byte));
  const builder = new Builder();
  forEachRun(flags, (first, count, byte) => {
    if (wanted[byte]) builder.add(first, first + count);
  });
  return builder.build();
}

/** Of the pages of a set, one in `every`, beginning with page `offset` of each run. */
export function oneInEvery(set: PageSet, every: number, offset = 0): PageSet {
  if (every === 1 && offset === 0) return set;
  const builder = new Builder();
  forEachRunOf(set, (first, end) => {
    for (let page = first + offset; page < end; page += every) builder.add(page, page + 1);
  });
  return builder.build();
}
