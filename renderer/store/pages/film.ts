import type { SessionEvent } from '../../../protocol/events.ts';
import { packLook } from '../../../protocol/film-look.ts';
import { type PageState, pageState, pageStates } from '../../../protocol/flags.ts';
import { packedFlags, packedPages } from '../../../protocol/runs.ts';
import { firstIndex } from './first-index.ts';
import type { Taken } from './page-history.ts';

/** A region is drawn in at most this many rows: a row is a page, or a bin of neighbouring pages. */
const mostBins = 48;
/** Instants are kept in blocks: what is there is never moved. */
const blockLength = 4096;
/** Beyond this many blocks the oldest is forgotten: some 20 MB, and more instants than a session has steps. */
const mostBlocks = 40;

interface Block {
  /** For each instant the look of each bin. */
  readonly looks: Uint16Array;
  /** For each instant which bins changed, a bit each: 32 of them and the others. */
  readonly changed: Uint32Array;
  readonly takenNs: Float64Array;
  /** The newest step that had been taken; -1 before the first. */
  readonly steps: Int32Array;
}

export { mostOf, rarestOf, shareOf, withPeak } from '../../../protocol/film-look.ts';

/**
 * What one region's pages were at each instant that was seen, as coarse as a filmstrip draws it. Brought up to date by
 * what a frame changed, so that a frame of a million pages costs what it brings.
 */
export class Film {
  #pages = 0;
  #bins = 0;
  #unknown = 0;
  /** How many pages of each bin have each byte, and of all bins together. */
  #counts = new Uint32Array(0);
  #totals = new Uint32Array(256);
  #states: readonly PageState[] = [];
  #now = new Uint16Array(0);
  #length = 0;
  #blocks: Block[] = [];
  /** Instants stand for several frames each. */
  #coarse = false;
  /** The instants before this one are forgotten. */
  #forgotten = 0;

  /** Rows. */
  get bins(): number {
    return this.#bins;
  }

  /** Instants that are kept. */
  get length(): number {
    return this.#length;
  }

  get forgotten(): number {
    return this.#forgotten;
  }

  /** How often each byte occurs among the pages now. */
  histogram(): Uint32Array {
    return this.#totals.slice();
  }

  /**
   * Adds the instant of a frame that has been applied.
   *
   * @param undo the runs that lead back from `flags`, as `undoOf` gives them; undefined when they are too many
   */
  take({ takenNs, step, unknown }: Taken, undo: Uint32Array | undefined, flags: Uint8Array): void {
    const first = this.#pages !== flags.length;
    const changed = !first && undo ? this.#change(undo, flags) : this.#count(flags);
    const [low, high] = first ? [0, 0] : bitsOf(changed);
    if (unknown !== this.#unknown || this.#states.length === 0) {
      this.#unknown = unknown;
      this.#states = Array.from({ length: 256 }, (_, byte) => pageState(byte, unknown));
      changed.fill(1);
    }
    for (let bin = 0; bin < this.#bins; bin++) if (changed[bin]) this.#look(bin);
    const newest = this.#stepOf(this.#length - 1);
    if (this.#length === this.#blocks.length * blockLength) this.#addBlock();
    const block = this.#blocks.at(-1);
    const at = this.#length++ % blockLength;
    if (!block) return;
    block.looks.set(this.#now, at * this.#bins);
    block.changed.set([low, high], at * 2);
    block.takenNs[at] = takenNs;
    block.steps[at] = Math.max(step, newest);
  }

  /** Takes the columns of a recording that is too long to be told frame by frame, each as an instant. */
  show({ bins, takenNs, steps, looks, changed }: Extract<SessionEvent, { kind: 'film' }>): void {
    const [shown, bits] = [wordsOf(Uint16Array, looks), wordsOf(Uint32Array, changed)];
    this.#coarse = true;
    this.#bins = bins;
    this.#length = takenNs.length;
    this.#blocks = [];
    for (let from = 0; from < takenNs.length; from += blockLength) {
      const block = this.#addBlock();
      block.looks.set(shown.subarray(from * bins, (from + blockLength) * bins));
      block.changed.set(bits.subarray(from * 2, (from + blockLength) * 2));
      block.takenNs.set(takenNs.slice(from, from + blockLength));
      block.steps.set(steps.slice(from, from + blockLength));
    }
  }

  /** What a bin showed at an instant: its most frequent state and its rarest, and how much of it is the rarest. */
  look(instant: number, bin: number): number {
    return this.#blockOf(instant)?.looks[(instant % blockLength) * this.#bins + bin] ?? 0;
  }

  takenNs(instant: number): number {
    return this.#blockOf(instant)?.takenNs[instant % blockLength] ?? 0;
  }

  /** The instant right after a step, in a recording's the column that has it; undefined when that one was not seen. */
  ofStep(step: number): number | undefined {
    const at = this.firstOfStep(step);
    return at < this.#length && (this.#coarse || this.#stepOf(at) === step) ? at : undefined;
  }

  /** The first instant at or after a step's. */
  firstOfStep(step: number): number {
    return firstIndex(this.#length, (at) => this.#stepOf(at) >= step);
  }

  /** The last instant up to a time; -1 when none is that old. */
  lastUntil(tNs: number): number {
    return firstIndex(this.#length, (at) => this.takenNs(at) > tNs) - 1;
  }

  /** Calls `each` for every bin in which a page has changed since the instant before; returns how many there are. */
  forEachChanged(instant: number, each: (bin: number) => void): number {
    const changed = this.#blockOf(instant)?.changed;
    const at = (instant % blockLength) * 2;
    let count = 0;
    for (const half of [0, 1]) {
      for (let bits = changed?.[at + half] ?? 0; bits !== 0; bits &= bits - 1) {
        each(half * 32 + 31 - Math.clz32(bits & -bits));
        count++;
      }
    }
    return count;
  }

  /** When the newest instant up to a time was in which a page of a page's bin changed; undefined when none did. */
  lastChangeNs(page: number, pages: number, tNs: number): number | undefined {
    // As `Summary` bins them.
    const bin = Math.floor(page / Math.ceil(pages / this.#bins));
    for (let at = this.lastUntil(tNs); at > 0; at--) {
      const word = this.#blockOf(at)?.changed[(at % blockLength) * 2 + (bin >> 5)] ?? 0;
      if (word & (1 << (bin & 31))) return this.takenNs(at);
    }
    return undefined;
  }

  #blockOf(instant: number): Block | undefined {
    return this.#blocks[Math.floor(instant / blockLength)];
  }

  #stepOf(instant: number): number {
    return this.#blockOf(instant)?.steps[instant % blockLength] ?? -1;
  }

  #count(flags: Uint8Array): Uint8Array {
    if (flags.length !== this.#pages) {
      this.#pages = flags.length;
      this.#bins = Math.min(mostBins, flags.length);
      this.#forgotten += this.#length;
      this.#length = 0;
      this.#blocks = [];
      this.#now = new Uint16Array(this.#bins);
    }
    this.#counts = new Uint32Array(this.#bins * 256);
    this.#totals = new Uint32Array(256);
    for (let bin = 0, page = 0; bin < this.#bins; bin++) {
      const end = this.#firstPageOf(bin + 1);
      for (; page < end; page++) {
        const at = bin * 256 + (flags[page] ?? 0);
        this.#counts[at] = (this.#counts[at] ?? 0) + 1;
      }
      for (let byte = 0; byte < 256; byte++) {
        this.#totals[byte] = (this.#totals[byte] ?? 0) + (this.#counts[bin * 256 + byte] ?? 0);
      }
    }
    return new Uint8Array(this.#bins).fill(1);
  }

  /** Counts what a frame changed; returns which bins it was in. */
  #change(undo: Uint32Array, flags: Uint8Array): Uint8Array {
    const changed = new Uint8Array(this.#bins);
    const [counts, totals] = [this.#counts, this.#totals];
    for (let at = 0; at < undo.length; at += 2) {
      const [first, packed] = [undo[at] ?? 0, undo[at + 1] ?? 0];
      const [before, end] = [packedFlags(packed), first + packedPages(packed)];
      let bin = Math.floor((first * this.#bins) / this.#pages);
      for (let page = first; page < end; ) {
        const until = Math.min(end, this.#firstPageOf(bin + 1));
        const own = bin * 256;
        changed[bin] = 1;
        counts[own + before] = (counts[own + before] ?? 0) - (until - page);
        totals[before] = (totals[before] ?? 0) - (until - page);
        for (; page < until; page++) {
          const byte = flags[page] ?? 0;
          counts[own + byte] = (counts[own + byte] ?? 0) + 1;
          totals[byte] = (totals[byte] ?? 0) + 1;
        }
        bin++;
      }
    }
    return changed;
  }

  #firstPageOf(bin: number): number {
    return Math.ceil((bin * this.#pages) / this.#bins);
  }

  #look(bin: number): void {
    const pages = new Uint32Array(pageStates.length);
    let all = 0;
    for (let byte = 0; byte < 256; byte++) {
      const count = this.#counts[bin * 256 + byte] ?? 0;
      if (count === 0) continue;
      const state = pageStates.indexOf(this.#states[byte] ?? 'unknown');
      pages[state] = (pages[state] ?? 0) + count;
      all += count;
    }
    let [most, rarest] = [0, -1];
    pages.forEach((count, state) => {
      if (count > (pages[most] ?? 0)) most = state;
      if (count > 0 && (rarest < 0 || count <= (pages[rarest] ?? 0))) rarest = state;
    });
    const share = Math.max(1, Math.round(((pages[rarest] ?? 0) / Math.max(1, all)) * 255));
    this.#now[bin] = packLook(most, Math.max(0, rarest), share);
  }

  #addBlock(): Block {
    if (this.#blocks.length === mostBlocks) {
      this.#blocks.shift();
      this.#length -= blockLength;
      this.#forgotten += blockLength;
    }
    const block = {
      looks: new Uint16Array(blockLength * this.#bins),
      changed: new Uint32Array(blockLength * 2),
      takenNs: new Float64Array(blockLength),
      steps: new Int32Array(blockLength),
    };
    this.#blocks.push(block);
    return block;
  }
}

/** Numbers that came as text. */
function wordsOf<T extends Uint16Array | Uint32Array>(kind: new (buffer: ArrayBuffer) => T, base64: string): T {
  return new kind(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
}

function bitsOf(changed: Uint8Array): [low: number, high: number] {
  let [low, high] = [0, 0];
  for (let bin = 0; bin < changed.length; bin++) {
    if (!changed[bin]) continue;
    if (bin < 32) low |= 1 << bin;
    else high |= 1 << (bin - 32);
  }
  return [low >>> 0, high >>> 0];
}
