import type { PageCounts } from './counts-schema.ts';
import { encodeFrame } from './frame.ts';

/** A snapshot as the sampler hands it over: it may reuse `flags` afterwards. */
export interface Snapshot {
  readonly flags: Uint8Array;
  readonly takenNs: number;
  readonly step: number;
  readonly unknown: number;
  /** Pages that MADV_FREE gave away and the kernel has not taken yet: a count, by smaps. Undefined when not read. */
  readonly lazilyFree?: number;
  /** Of `flags`, where somebody has counted already: it takes milliseconds for a million pages. */
  readonly counts?: PageCounts;
}

/** How many frames of a region may be on their way before the reader has acknowledged one. */
export const maxUnacknowledged = 2;

/**
 * The sender's end of one region's frames. Sends only what changed since the last frame sent; when the reader lags,
 * keeps the newest snapshot alone and counts those it dropped.
 */
export class FrameStream {
  readonly #session: number;
  readonly #region: number;
  readonly #send: (frame: Uint8Array) => void;
  #sent: Uint8Array | undefined;
  #sentUnknown = 0;
  #sentLazilyFree: number | undefined;
  #sequence = 0;
  #acknowledged = 0;
  #skipped = 0;
  #sentSkipped = 0;
  #waiting: Snapshot | undefined;

  constructor(session: number, region: number, send: (frame: Uint8Array) => void) {
    this.#session = session;
    this.#region = region;
    this.#send = send;
  }

  /** Snapshots that were overtaken by a newer one before they could be sent. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Sends the snapshot, or keeps it (in place of an older one) until the reader has caught up. */
  offer(snapshot: Snapshot): void {
    if (this.#sequence - this.#acknowledged < maxUnacknowledged) {
      this.#waiting = undefined;
      this.#transmit(snapshot);
      return;
    }
    if (this.#waiting) this.#skipped++;
    this.#waiting = { ...snapshot, flags: snapshot.flags.slice() };
  }

  /** The reader has drawn frame `sequence`. An acknowledgement of a frame that was never sent is ignored. */
  acknowledge(sequence: number): void {
    if (sequence <= this.#acknowledged || sequence > this.#sequence) return;
    this.#acknowledged = sequence;
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    this.#transmit(waiting);
  }

  #transmit(snapshot: Snapshot): void {
    const { flags, takenNs, step, unknown, lazilyFree } = snapshot;
    const sequence = this.#sequence + 1;
    const info = {
      session: this.#session,
      region: this.#region,
      sequence,
      skipped: this.#skipped,
      takenNs,
      step,
      unknown,
      lazilyFree,
    };
    const before = unknown === this.#sentUnknown ? this.#sent : undefined;
    // No page is different since the last frame; but that one was in between has to be told, and another count.
    const unseen = this.#skipped > this.#sentSkipped || lazilyFree !== this.#sentLazilyFree;
    const frame = encodeFrame(info, flags, before) ?? (unseen ? encodeFrame(info, flags) : undefined);
    if (!frame) return;
    this.#sentSkipped = this.#skipped;
    this.#sequence = sequence;
    this.#sentUnknown = unknown;
    this.#sentLazilyFree = lazilyFree;
    if (this.#sent?.length === flags.length) this.#sent.set(flags);
    else this.#sent = flags.slice();
    this.#send(frame);
  }
}
