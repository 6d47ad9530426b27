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
/** Frames of steps are small, and there are many: more of them may be on their way while they are this few bytes. */
export const maxUnacknowledgedBytes = 64 * 1024;
/** While so many bytes of a session's frames wait for the reader, it takes no further step. */
export const maxQueuedBytes = 16 * 1024 * 1024;

/**
 * The sender's end of one region's frames. Sends only what changed since the frame before. Every step's snapshot
 * travels: when the reader lags, its frame waits for its turn. Between steps the newest snapshot alone is kept, and
 * those that it overtook are counted.
 */
export class FrameStream {
  readonly #session: number;
  readonly #region: number;
  readonly #send: (frame: Uint8Array) => void;
  /** What the newest frame shows, sent or in the queue. */
  #made: Uint8Array | undefined;
  #madeUnknown = 0;
  #madeLazilyFree: number | undefined;
  #madeSkipped = 0;
  #sequence = 0;
  /** Frames of steps that the reader has to catch up with first. */
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  /** Lengths of the frames that are on their way, the oldest first. */
  #underway: number[] = [];
  #underwayBytes = 0;
  #skipped = 0;
  /** The newest snapshot that was taken after those of the queue. */
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

  /** Bytes of the frames that wait for the reader. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Whether something waits for the reader. */
  get lags(): boolean {
    return this.#queue.length > 0 || this.#waiting !== undefined;
  }

  /** Sends the snapshot, or keeps it until the reader has caught up: a step's for certain, others until a newer one. */
  offer(snapshot: Snapshot): void {
    if (this.#waiting) {
      this.#waiting = undefined;
      this.#skipped++;
    }
    if (snapshot.step >= 0) this.add(snapshot);
    else if (this.#queue.length === 0 && this.#underway.length < maxUnacknowledged) {
      this.#make(snapshot);
      this.flush();
    } else this.#waiting = { ...snapshot, flags: snapshot.flags.slice() };
  }

  /** Sends the snapshot when its turn comes: none that is newer takes its place. */
  add(snapshot: Snapshot): void {
    this.#make(snapshot);
    this.#sendWhatMay();
  }

  /** The reader has drawn frame `sequence`. An acknowledgement of a frame that was never sent is ignored. */
  acknowledge(sequence: number): void {
    const sent = this.#sequence - this.#queue.length;
    const drawn = sequence - (sent - this.#underway.length);
    if (drawn <= 0 || sequence > sent) return;
    for (const bytes of this.#underway.splice(0, drawn)) this.#underwayBytes -= bytes;
    this.#sendWhatMay();
    const waiting = this.#waiting;
    if (!waiting || this.#queue.length > 0 || this.#underway.length >= maxUnacknowledged) return;
    this.#waiting = undefined;
    this.#make(waiting);
    this.flush();
  }

  /** Sends all that waits, whether the reader has caught up or not: nothing more will come. */
  flush(): void {
    if (this.#waiting) this.#make(this.#waiting);
    this.#waiting = undefined;
    while (this.#queue.length > 0) this.#sendNext();
  }

  #sendWhatMay(): void {
    while (
      this.#queue.length > 0 &&
      (this.#underway.length < maxUnacknowledged || this.#underwayBytes < maxUnacknowledgedBytes)
    ) {
      this.#sendNext();
    }
  }

  #sendNext(): void {
    const frame = this.#queue.shift();
    if (!frame) return;
    this.#queuedBytes -= frame.byteLength;
    this.#underway.push(frame.byteLength);
    this.#underwayBytes += frame.byteLength;
    this.#send(frame);
  }

  /** Queues the frame that leads from the one before to this snapshot, where there is something to tell. */
  #make(snapshot: Snapshot): void {
    const { flags, takenNs, step, unknown, lazilyFree } = snapshot;
    const info = {
      session: this.#session,
      region: this.#region,
      sequence: this.#sequence + 1,
      skipped: this.#skipped,
      takenNs,
      step,
      unknown,
      lazilyFree,
    };
    const before = unknown === this.#madeUnknown ? this.#made : undefined;
    // No page is different since the last frame; but that one was in between has to be told, and another count.
    const unseen = this.#skipped > this.#madeSkipped || lazilyFree !== this.#madeLazilyFree;
    const frame = encodeFrame(info, flags, before) ?? (unseen ? encodeFrame(info, flags) : undefined);
    if (!frame) return;
    this.#madeSkipped = this.#skipped;
    this.#sequence++;
    this.#madeUnknown = unknown;
    this.#madeLazilyFree = lazilyFree;
    if (this.#made?.length === flags.length) this.#made.set(flags);
    else this.#made = flags.slice();
    this.#queue.push(frame);
    this.#queuedBytes += frame.byteLength;
  }
}
