import { histogram, pageCounts } from '../../protocol/counts.ts';
import type { PageCounts } from '../../protocol/counts-schema.ts';

/** What is known of a region's pages without going through all of them: only what changes is counted again. */
export class CountedPages {
  #bins: Uint32Array;
  #borders = 0;

  /** Of a region whose flags are all 0. */
  constructor(pages: number) {
    this.#bins = new Uint32Array(256);
    this.#bins[0] = pages;
  }

  get counts(): PageCounts {
    return pageCounts(this.#bins);
  }

  /** Runs of pages with equal flags. */
  get runs(): number {
    return this.#borders + 1;
  }

  /** Pages from `first` until before `end` of `flags` are about to become `byte`. */
  change(flags: Uint8Array, first: number, end: number, byte: number): void {
    const bins = this.#bins;
    const beyond = flags[end];
    let borders = this.#borders;
    let last = flags[first - 1];
    if (last !== undefined && last !== byte) borders++;
    for (let page = first; page < end; page++) {
      const now = flags[page] ?? 0;
      bins[now] = (bins[now] ?? 0) - 1;
      if (last !== undefined && now !== last) borders--;
      last = now;
    }
    if (beyond !== undefined) borders += Number(beyond !== byte) - Number(beyond !== last);
    bins[byte] = (bins[byte] ?? 0) + end - first;
    this.#borders = borders;
  }

  /** All of them are these now. */
  replace(flags: Uint8Array): void {
    this.#bins = histogram(flags);
    let borders = 0;
    for (let page = 1; page < flags.length; page++) if (flags[page] !== flags[page - 1]) borders++;
    this.#borders = borders;
  }
}
