import { pageState, pageStates } from '../../protocol/flags.ts';

/** Bins of pages in a summary, at most. */
const maxBins = 64;
const states = pageStates.length;

const binPagesOf = (pages: number): number => Math.ceil(pages / maxBins);

/** Bins that a region of so many pages has. */
export const binsOf = (pages: number): number => Math.ceil(pages / binPagesOf(pages));

/** How long what `Summary.take` gives of such a region is. */
export const summaryBytes = (pages: number): number => binsOf(pages) * states * 2;

/**
 * What a filmstrip of a long recording is drawn from: for each bin of pages and each page state, what part of the bin
 * is in it at the end of some frames, and at most during them, so that one locked page of a million for an instant
 * stays visible. A byte each, 255 for the whole bin; more than nothing is at least 1.
 */
export class Summary {
  readonly #pages: number;
  readonly #binPages: number;
  readonly #bins: number;
  readonly #now: Uint32Array;
  readonly #peak: Uint32Array;
  /** Where the counts of the bins begin that the frame has changed. */
  readonly #changed = new Set<number>();
  /** The same of all frames since the last `take`, and those whose peaks in `#bytes` are not what they end with. */
  readonly #since = new Set<number>();
  #peaked: readonly number[] = [];
  /** What the last `take` gave. */
  readonly #bytes: Uint8Array;
  /** No frame has ended since the last `take`. */
  #fresh = true;
  #stateOf = stateTable(0);

  constructor(pages: number) {
    this.#pages = pages;
    this.#binPages = binPagesOf(pages);
    this.#bins = binsOf(pages);
    this.#now = new Uint32Array(this.#bins * states);
    this.#peak = new Uint32Array(this.#bins * states);
    this.#bytes = new Uint8Array(this.#now.length * 2);
    this.#fill(new Uint8Array(pages));
  }

  /** What could not be found out is different now: every page may be in another state. */
  know(flags: Uint8Array, unknown: number): void {
    this.#stateOf = stateTable(unknown);
    this.#fill(flags);
  }

  /** A run of pages changed from what `flags` still has to `to`. */
  change(flags: Uint8Array, firstPage: number, pageCount: number, to: number): void {
    const now = this.#now;
    const state = this.#stateOf[to] ?? 0;
    for (let page = firstPage; page < firstPage + pageCount; page++) {
      const before = this.#stateOf[flags[page] ?? 0] ?? 0;
      if (before === state) continue;
      const bin = Math.floor(page / this.#binPages) * states;
      now[bin + before] = (now[bin + before] ?? 0) - 1;
      now[bin + state] = (now[bin + state] ?? 0) + 1;
      this.#changed.add(bin);
    }
  }

  /** All that a frame changed was told. */
  endFrame(): void {
    const [now, peak] = [this.#now, this.#peak];
    if (this.#fresh) peak.set(now);
    else {
      for (const bin of this.#changed) {
        for (let at = bin; at < bin + states; at++) peak[at] = Math.max(peak[at] ?? 0, now[at] ?? 0);
      }
    }
    this.#fresh = false;
    for (const bin of this.#changed) this.#since.add(bin);
    this.#changed.clear();
  }

  /** The bytes since the last time: all shares at the end, then all peaks; each by bin, then by state. */
  take(): Uint8Array {
    const all = this.#bins * states;
    const bytes = this.#bytes;
    // Where nothing has changed since, they are what they were.
    for (const bin of new Set([...this.#since, ...this.#peaked])) {
      const pages = Math.min(this.#binPages, this.#pages - (bin / states) * this.#binPages);
      for (let at = bin; at < bin + states; at++) {
        bytes[at] = Math.ceil(((this.#now[at] ?? 0) * 255) / pages);
        bytes[all + at] = Math.ceil(((this.#peak[at] ?? 0) * 255) / pages);
      }
    }
    this.#peaked = [...this.#since];
    this.#since.clear();
    this.#fresh = true;
    return bytes.slice();
  }

  #fill(flags: Uint8Array): void {
    this.#now.fill(0);
    for (let page = 0; page < flags.length; page++) {
      const at = Math.floor(page / this.#binPages) * states + (this.#stateOf[flags[page] ?? 0] ?? 0);
      this.#now[at] = (this.#now[at] ?? 0) + 1;
    }
    for (let bin = 0; bin < this.#now.length; bin += states) this.#changed.add(bin);
  }
}

/** The state of each of the 256 possible bytes, as a number. */
function stateTable(unknown: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => pageStates.indexOf(pageState(byte, unknown)));
}
