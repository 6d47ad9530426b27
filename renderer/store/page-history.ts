import { histogram } from '../../protocol/counts.ts';
import type { Frame } from '../../protocol/frame.ts';
import { forEachChangedRun, forEachRun } from '../../protocol/runs.ts';
import { firstIndex } from './first-index.ts';

/** The pages of a region at a moment that is past. */
export interface PastPages {
  readonly flags: Uint8Array;
  readonly bins: Uint32Array;
  readonly unknown: number;
  /** When the snapshot was taken, ns since the session began. */
  readonly takenNs: number;
}

/** Besides a state: the newest one still holds; there was no snapshot yet; there was one, which is no longer kept. */
export type Past = PastPages | 'live' | 'unmapped' | 'forgotten';

/** What is remembered of one region, in bytes: six regions then stay within 12 MiB. */
const budgetBytes = 2 * 1024 ** 2;
const mostWords = budgetBytes / Uint32Array.BYTES_PER_ELEMENT;

interface Entry {
  readonly takenNs: number;
  readonly unknown: number;
  /** The runs that lead back to the state before: first page; page count << 8 | flags. */
  readonly undo: Uint32Array;
}

/**
 * The runs that undo a frame, out of the state that it is about to change. Undefined when they would fill the budget alone.
 */
export function undoOf(before: Uint8Array, frame: Frame): Uint32Array | undefined {
  const words: number[] = [];
  const keep = (firstPage: number, pageCount: number, flags: number): void => {
    if (words.length <= mostWords) words.push(firstPage, ((pageCount << 8) | flags) >>> 0);
  };
  if (before.length !== frame.pages) return Uint32Array.from(words);
  if (frame.whole) {
    const after = new Uint8Array(frame.pages);
    frame.forEachRun((firstPage, pageCount, flags) => after.fill(flags, firstPage, firstPage + pageCount));
    forEachChangedRun(after, before, keep);
  } else {
    frame.forEachRun((firstPage, pageCount) => {
      forEachRun(before.subarray(firstPage, firstPage + pageCount), (offset, count, flags) =>
        keep(firstPage + offset, count, flags),
      );
    });
  }
  return words.length > mostWords ? undefined : Uint32Array.from(words);
}

/**
 * What one region's pages were, snapshot by snapshot: kept as the way back from the newest, so that the oldest can be dropped when
 * the budget is used up and nothing else has to be touched.
 */
export class PageHistory {
  #entries: Entry[] = [];
  #words = 0;
  #forgot = false;
  #last: { readonly entry: Entry; readonly pages: PastPages } | undefined;

  /** Notes a frame that has been applied. `undo` is what `undoOf` gave before. */
  push({ takenNs, unknown }: Pick<Frame, 'takenNs' | 'unknown'>, undo: Uint32Array | undefined): void {
    if (!undo) {
      this.#forgot ||= this.#entries.length > 0;
      this.#entries = [];
      this.#words = 0;
    }
    const entry = { takenNs, unknown, undo: undo ?? new Uint32Array(0) };
    this.#entries.push(entry);
    this.#words += entry.undo.length;
    let dropped = 0;
    // The way back to a state that is dropped itself is not needed: the oldest entry's words do not count.
    while (this.#words - (this.#entries[dropped]?.undo.length ?? 0) > mostWords) {
      this.#words -= this.#entries[dropped]?.undo.length ?? 0;
      dropped++;
    }
    if (dropped === 0) return;
    this.#forgot = true;
    this.#entries.splice(0, dropped);
  }

  /** The state that the last snapshot up to `tNs` showed; `flags` is the newest. */
  at(tNs: number, flags: Uint8Array): Past {
    const entries = this.#entries;
    const after = firstIndex(entries.length, (index) => (entries[index]?.takenNs ?? 0) > tNs);
    const entry = entries[after - 1];
    if (!entry) return this.#forgot ? 'forgotten' : 'unmapped';
    if (after === entries.length) return 'live';
    if (this.#last?.entry === entry) return this.#last.pages;
    const past = flags.slice();
    for (let index = entries.length - 1; index >= after; index--) applyRuns(past, entries[index]?.undo);
    const { takenNs, unknown } = entry;
    const pages = { flags: past, bins: histogram(past), unknown, takenNs };
    this.#last = { entry, pages };
    return pages;
  }
}

function applyRuns(flags: Uint8Array, words: Uint32Array | undefined): void {
  if (!words) return;
  for (let at = 0; at < words.length; at += 2) {
    const [first, packed] = [words[at] ?? 0, words[at + 1] ?? 0];
    flags.fill(packed & 0xff, first, first + (packed >>> 8));
  }
}
