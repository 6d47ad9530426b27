import { histogram } from '../../../protocol/counts.ts';
import type { Frame } from '../../../protocol/frame.ts';
import { forEachChangedRun, forEachRun, packedFlags, packedPages, packRun } from '../../../protocol/runs.ts';
import { firstIndex } from './first-index.ts';
import { type Difference, differenceOf } from './page-difference.ts';

/** One frame of a region: what the pages that it changed want to know of it. */
export interface Moment {
  readonly takenNs: number;
  /** The step after which it was taken; -1 between steps. */
  readonly step: number;
}

/** Which frame changed each page last. */
export interface Changes {
  /** For each page, the index in `moments` of the frame that changed it last; 0 when none of them did. */
  readonly changedBy: Uint32Array;
  /** The first entry stands for "never". */
  readonly moments: readonly Moment[];
}

/** A changed page keeps its rim for so many steps: time that passes without steps does not take it away. */
export const rimSteps = 4;

/** The pages of a region at a moment that is past. */
export interface PastPages {
  readonly flags: Uint8Array;
  readonly bins: Uint32Array;
  readonly unknown: number;
  /** When the snapshot was taken, ns since the session began. */
  readonly takenNs: number;
  /** What the steps that have a rim then had changed. */
  readonly changes: Changes;
}

/** Besides a state: the newest one still holds; there was no snapshot yet; there was one, which is no longer kept. */
export type Past = PastPages | 'live' | 'unmapped' | 'forgotten';

/** When a step ran, and the ones beside it; ns since the session began. */
export interface StepTimes {
  readonly index: number;
  readonly startedNs: number;
  readonly endedNs: number;
  /** -Infinity before the first. */
  readonly previousEndedNs: number;
  /** Infinity after the last. */
  readonly nextStartedNs: number;
}

/** The moments at which one region shows what a step did to it. */
export interface Around {
  readonly beforeNs: number;
  readonly afterNs: number;
  /** False when snapshots were overtaken there: what was seen is then the work of other steps too. */
  readonly exact: boolean;
}

/**
 * What is remembered of one region, in bytes: some 60 000 actions on a few pages each, or a few on a million scattered
 * ones.
 */
const budgetBytes = 16 * 1024 ** 2;
const mostWords = budgetBytes / Uint32Array.BYTES_PER_ELEMENT;
/** The way back over a frame that changed more than this is not kept: finding it would take too long. */
const mostFrameWords = mostWords / 4;
/** What an entry takes besides its runs, in words. */
const entryWords = 64;
/** Between two key frames lie at most this many words of runs: as many as can be gone back in some milliseconds. */
const keyWords = 128 * 1024;

/** What a frame says of its snapshot that the history keeps. */
export type Taken = Pick<Frame, 'takenNs' | 'unknown' | 'step' | 'skipped'>;

interface Entry extends Taken {
  /** The runs that lead back to the state before: first page; page count << 8 | flags. */
  readonly undo: Uint32Array;
  /** A key frame: all pages as they were then. Those between two of them are found from the later one. */
  readonly key?: Uint8Array;
}

/** The runs that undo a frame, out of the state that it is about to change. Undefined when they are too many. */
export function undoOf(before: Uint8Array, frame: Frame): Uint32Array | undefined {
  const words: number[] = [];
  const keep = (firstPage: number, pageCount: number, flags: number): void => {
    if (words.length <= mostFrameWords) words.push(firstPage, packRun(pageCount, flags));
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
  return words.length > mostFrameWords ? undefined : Uint32Array.from(words);
}

/**
 * What one region's pages were, snapshot by snapshot: kept as the way back from the newest, with a key frame here and
 * there, so that any of them is found soon and the oldest can be dropped when the budget is used up.
 */
export class PageHistory {
  #entries: Entry[] = [];
  #words = 0;
  #wordsSinceKey = 0;
  #forgot = false;
  #last: { readonly entry: Entry; readonly pages: PastPages } | undefined;
  #lastDifference: { readonly before: Entry; readonly after: Entry; readonly difference: Difference } | undefined;

  /** Notes a frame that has been applied. `undo` is what `undoOf` gave before; `flags` is what the pages are now. */
  push({ takenNs, unknown, step, skipped }: Taken, undo: Uint32Array | undefined, flags: Uint8Array): void {
    if (!undo) {
      this.#forgot ||= this.#entries.length > 0;
      this.#entries = [];
      this.#words = 0;
    }
    this.#wordsSinceKey += undo?.length ?? 0;
    const isKey = this.#wordsSinceKey > Math.max(keyWords, flags.length / 2);
    if (isKey) this.#wordsSinceKey = 0;
    const entry: Entry = {
      takenNs,
      unknown,
      step,
      skipped,
      undo: undo ?? new Uint32Array(0),
      ...(isKey && { key: flags.slice() }),
    };
    this.#entries.push(entry);
    this.#words += wordsOf(entry);
    let dropped = 0;
    // The way back to a state that is dropped itself is not needed: the oldest entry's words do not count.
    for (let oldest = this.#entries[0]; oldest && this.#words - wordsOf(oldest) > mostWords; ) {
      this.#words -= wordsOf(oldest);
      oldest = this.#entries[++dropped];
    }
    if (dropped === 0) return;
    this.#forgot = true;
    this.#entries.splice(0, dropped);
  }

  /** The state that the last snapshot up to `tNs` showed; `flags` is the newest. */
  at(tNs: number, flags: Uint8Array): Past {
    const at = this.#lastUntil(tNs);
    const entry = this.#entries[at];
    if (!entry) return this.#forgot ? 'forgotten' : 'unmapped';
    if (at === this.#entries.length - 1) return 'live';
    if (this.#last?.entry === entry) return this.#last.pages;
    const past = this.#flagsAt(at, flags);
    const { takenNs, unknown } = entry;
    const pages = {
      flags: past,
      bins: histogram(past),
      unknown,
      takenNs,
      changes: this.#changesUntil(at, past.length),
    };
    this.#last = { entry, pages };
    return pages;
  }

  /** When to look for the state right before a step and for the one right after it. */
  around({ index, startedNs, endedNs, previousEndedNs, nextStartedNs }: StepTimes): Around {
    const entries = this.#entries;
    const before = this.#lastUntil(startedNs);
    const next = firstIndex(entries.length, (place) => (entries[place]?.takenNs ?? 0) >= endedNs);
    const shown = entries[next];
    const fresh = (entries[before]?.takenNs ?? 0) >= previousEndedNs || !this.#overtaken(before);
    if (shown && (shown.step === index || shown.takenNs < nextStartedNs)) {
      return { beforeNs: startedNs, afterNs: shown.takenNs, exact: fresh };
    }
    // No frame came between this step and the next: because nothing had changed, or because a newer snapshot took its
    // place.
    const overtaken = this.#overtaken(next - 1);
    return { beforeNs: startedNs, afterNs: overtaken && shown ? shown.takenNs : endedNs, exact: fresh && !overtaken };
  }

  /** What became of the pages between two moments; `flags` is the newest state. */
  difference(fromNs: number, toNs: number, flags: Uint8Array): Difference | 'unmapped' | 'forgotten' {
    const [from, to] = [this.#lastUntil(fromNs), this.#lastUntil(toNs)];
    const [before, after] = [this.#entries[from], this.#entries[to]];
    if (!before || !after) return this.#forgot ? 'forgotten' : 'unmapped';
    const last = this.#lastDifference;
    if (last?.before === before && last.after === after) return last.difference;
    const difference = differenceOf(
      { flags: this.#flagsAt(from, flags), unknown: before.unknown },
      { flags: this.#flagsAt(to, flags), unknown: after.unknown },
    );
    this.#lastDifference = { before, after, difference };
    return difference;
  }

  /** The last entry that was taken up to a moment; -1 when no entry is that old. */
  #lastUntil(tNs: number): number {
    const entries = this.#entries;
    return firstIndex(entries.length, (place) => (entries[place]?.takenNs ?? 0) > tNs) - 1;
  }

  /** Whether snapshots between an entry and the one after it were overtaken by that one. */
  #overtaken(place: number): boolean {
    const [one, next] = [this.#entries[place], this.#entries[place + 1]];
    return one !== undefined && next !== undefined && next.skipped > one.skipped;
  }

  /** What the last steps up to an entry changed, out of the way back over them. */
  #changesUntil(at: number, pages: number): Changes {
    const entries = this.#entries;
    const newest = entries.slice(0, at + 1).findLast(({ step }) => step >= 0)?.step ?? -1;
    let first = at + 1;
    // What is left of the oldest entry is a state, and no change.
    while (first > 1 && within(entries[first - 1], newest)) first--;
    const seen = entries.slice(first, at + 1);
    const changedBy = new Uint32Array(pages);
    for (const [index, { undo }] of seen.entries()) {
      forEachUndone(undo, (from, count) => void changedBy.fill(index + 1, from, from + count));
    }
    return { changedBy, moments: [{ takenNs: 0, step: -1 }, ...seen] };
  }

  #flagsAt(place: number, flags: Uint8Array): Uint8Array {
    let from = place;
    while (from < this.#entries.length - 1 && !this.#entries[from]?.key) from++;
    const past = (this.#entries[from]?.key ?? flags).slice();
    for (let later = from; later > place; later--) applyRuns(past, this.#entries[later]?.undo);
    return past;
  }
}

const wordsOf = ({ undo, key }: Entry): number => undo.length + (key ? key.length / 4 : 0) + entryWords;

const within = (entry: Entry | undefined, newest: number): boolean =>
  entry !== undefined && (entry.step < 0 || newest - entry.step < rimSteps);

function applyRuns(flags: Uint8Array, words: Uint32Array | undefined): void {
  if (words) forEachUndone(words, (first, count, byte) => void flags.fill(byte, first, first + count));
}

function forEachUndone(
  words: Uint32Array,
  undone: (firstPage: number, pageCount: number, flags: number) => void,
): void {
  for (let at = 0; at < words.length; at += 2) {
    const [first, packed] = [words[at] ?? 0, words[at + 1] ?? 0];
    undone(first, packedPages(packed), packedFlags(packed));
  }
}
