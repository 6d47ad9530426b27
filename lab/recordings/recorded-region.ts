import { isLocked, PageFlag } from '../../protocol/flags.ts';
import type { Frame } from '../../protocol/frame.ts';
import { PageStates } from '../../protocol/page-states.ts';
import { forEachChangedRun } from '../../protocol/runs.ts';
import { RunWriter } from './changed-runs.ts';
import { Summary } from './summary.ts';

/**
 * A region begins with all flags 0. A key frame is due when the changes since the last are so many times as long as it
 * was, or so many frames.
 */
const keyAfterTimes = 4;
const keyAfterFrames = 1000;
/** Frames in one node of the summary. */
const framesOfSummary = 16;
/** A key frame that is shorter counts as so long: an empty region is not stored again and again. */
const leastKeyBytes = 512;

/** What a frame changed in one region, and what is to be stored of it. */
export interface RecordedFrame {
  readonly takenNs: number;
  readonly step: number;
  readonly skipped: number;
  readonly unknown: number;
  readonly lazilyFree: number | undefined;
  /** Changed runs as `RunWriter` writes them; valid until the next frame. */
  readonly runs: Uint8Array;
  readonly runsBefore: number;
  readonly changedPages: number;
  /** Undefined where the kernel did not tell. */
  readonly resident: number | undefined;
  readonly locked: number | undefined;
  readonly swapped: number | undefined;
  readonly keyIsDue: boolean;
  /** The frames since the last summary have become one. */
  readonly summary: { readonly bytes: Uint8Array; readonly firstFrame: number; readonly fromNs: number } | undefined;
}

/** One region as its recorder knows it: the pages as they were recorded last, and as the newest frame shows them. */
export class RecordedRegion {
  readonly #newest = new PageStates();
  readonly #writer = new RunWriter();
  readonly #flags: Uint8Array;
  /** How many pages have each of these flags. */
  #resident = 0;
  #locked = 0;
  #swapped = 0;
  readonly #summary: Summary;
  #unknown = 0;
  #runs = 0;
  #keyBytes = 0;
  #bytesSinceKey = 0;
  #framesSinceKey = 0;
  #summarized = 0;
  #summaryFirst = 0;
  #summaryFromNs = 0;
  /** What the region's row of `seen` is, and whether pages changed since it was written. */
  seenRow: number | bigint | undefined;
  changedSinceSeen = true;

  constructor(pages: number) {
    this.#flags = new Uint8Array(pages);
    this.#summary = new Summary(pages);
  }

  /** The pages as they were recorded last. */
  get flags(): Uint8Array {
    return this.#flags;
  }

  /** Takes in what a frame shows. Throws `FrameError` when a frame before it is missing. */
  see(frame: Frame): void {
    this.#newest.apply(frame);
  }

  /** What leads from the pages as they were recorded last to those of the newest frame. @param id the frame's number */
  record({ takenNs, step, skipped, unknown, lazilyFree }: Frame, id: number): RecordedFrame {
    this.#writer.clear();
    if (unknown !== this.#unknown) this.#summary.know(this.#flags, unknown);
    this.#unknown = unknown;
    let changedPages = 0;
    // Most runs are over before this is compiled: there, taking arrays apart is what would cost most.
    const flags = this.#flags;
    const summary = this.#summary;
    let resident = this.#resident;
    let locked = this.#locked;
    let swapped = this.#swapped;
    forEachChangedRun(flags, this.#newest.flags, (firstPage, pageCount, byte) => {
      this.#writer.add(firstPage, pageCount, byte);
      summary.change(flags, firstPage, pageCount, byte);
      changedPages += pageCount;
      for (let page = firstPage; page < firstPage + pageCount; page++) {
        const before = flags[page] ?? 0;
        if (before & PageFlag.Resident) resident--;
        if (isLocked(before)) locked--;
        if (before & PageFlag.Swapped) swapped--;
        flags[page] = byte;
      }
      if (byte & PageFlag.Resident) resident += pageCount;
      if (isLocked(byte)) locked += pageCount;
      if (byte & PageFlag.Swapped) swapped += pageCount;
    });
    summary.endFrame();
    if (changedPages > 0) this.changedSinceSeen = true;
    this.#resident = resident;
    this.#locked = locked;
    this.#swapped = swapped;
    const told = (flag: number, count: number) => (unknown & flag ? undefined : count);
    const runsBefore = this.#runs;
    this.#runs += this.#writer.runs;
    this.#bytesSinceKey += this.#writer.bytes.length;
    this.#framesSinceKey++;
    return {
      takenNs,
      step,
      skipped,
      unknown,
      lazilyFree,
      runs: this.#writer.bytes,
      runsBefore,
      changedPages,
      resident: told(PageFlag.Resident, resident),
      locked: told(PageFlag.Locked | PageFlag.Present, locked),
      swapped: told(PageFlag.Swapped, swapped),
      keyIsDue:
        this.#framesSinceKey >= keyAfterFrames || this.#bytesSinceKey > keyAfterTimes * this.#keyBytes + leastKeyBytes,
      summary: this.#summarize(id, takenNs),
    };
  }

  /** A key frame was stored, in so many bytes. */
  keyStored(bytes: number): void {
    this.#keyBytes = bytes;
    this.#bytesSinceKey = 0;
    this.#framesSinceKey = 0;
  }

  #summarize(id: number, takenNs: number): RecordedFrame['summary'] {
    if (this.#summarized === 0) {
      this.#summaryFirst = id;
      this.#summaryFromNs = takenNs;
    }
    if (++this.#summarized < framesOfSummary) return undefined;
    this.#summarized = 0;
    return { bytes: this.#summary.take(), firstFrame: this.#summaryFirst, fromNs: this.#summaryFromNs };
  }
}
