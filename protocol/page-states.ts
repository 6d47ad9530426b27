import { type Frame, FrameError } from './frame.ts';

/**
 * The reader's copy of one region: the flags of every page, brought up to date by frames. Frames arrive in order (a
 * wire keeps order), so a changed frame always applies to the state that the frame before it left.
 */
export class PageStates {
  #flags: Uint8Array = new Uint8Array(0);
  #last: Frame | undefined;

  /** One byte per page; empty until the first frame. Read-only to others. */
  get flags(): Uint8Array {
    return this.#flags;
  }

  /** The newest frame applied. */
  get last(): Frame | undefined {
    return this.#last;
  }

  /**
   * Applies a frame and calls `changed` for every run whose bytes it set. Throws `FrameError` when a frame before it is
   * missing.
   */
  apply(frame: Frame, changed?: (firstPage: number, pageCount: number, flags: number) => void): void {
    if (frame.whole) {
      if (this.#flags.length !== frame.pages) this.#flags = new Uint8Array(frame.pages);
    } else if (!this.#last || frame.sequence !== this.#last.sequence + 1 || frame.pages !== this.#flags.length) {
      throw new FrameError(
        `Frame ${frame.sequence} of region ${frame.region} changes a state that this reader does not have.`,
      );
    }
    const flags = this.#flags;
    if (frame.bytes && !changed) flags.set(frame.bytes);
    else {
      frame.forEachRun((firstPage, pageCount, byte) => {
        // A fill of one page costs ten times a store, and a shuffled region is all such runs.
        if (pageCount === 1) flags[firstPage] = byte;
        else flags.fill(byte, firstPage, firstPage + pageCount);
        changed?.(firstPage, pageCount, byte);
      });
    }
    this.#last = frame;
  }
}
