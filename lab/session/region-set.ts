import { FrameStream, maxQueuedBytes, type Snapshot } from '../../protocol/frame-stream.ts';
import { problem } from '../../protocol/problem.ts';
import type { Clock } from '../base/clock.ts';
import { Observer } from '../regions/observer.ts';
import type { Region } from '../regions/region.ts';

interface Member {
  readonly region: Region;
  readonly observer: Observer;
  readonly stream: FrameStream;
}

/** The regions of one session: looks at them, sends what changed, and releases them. */
export class RegionSet {
  readonly #session: number;
  readonly #send: (frame: Uint8Array) => void;
  readonly #members = new Map<number, Member>();
  #lastId = 0;
  /** Wakes those who wait until the reader keeps up. */
  #wake: (() => void)[] = [];

  /** @param send puts a frame on its way to the reader */
  constructor(session: number, send: (frame: Uint8Array) => void) {
    this.#session = session;
    this.#send = send;
  }

  /** The number that the next region gets; the first is 1, and none is given twice. */
  get nextId(): number {
    return this.#lastId + 1;
  }

  /** Skips a number: the mapping that would have had it was refused. */
  skipId(): void {
    this.#lastId++;
  }

  add(region: Region): void {
    const stream = new FrameStream(this.#session, region.id, this.#send);
    this.#members.set(region.id, { region, observer: new Observer(region), stream });
    this.#lastId = Math.max(this.#lastId, region.id);
  }

  /** The regions that are mapped, in the order of their numbers. */
  get all(): Region[] {
    return [...this.#members.values()].map(({ region }) => region);
  }

  /** Throws `gone` when the session has no such region. */
  get(id: number): Region {
    return this.#member(id).region;
  }

  /** How a region is looked at, and what was seen of it last. Throws `gone`. */
  observer(id: number): Observer {
    return this.#member(id).observer;
  }

  /** Takes a region out, for its new owner to release. Throws `gone`. */
  remove(id: number): Region {
    const { region, stream } = this.#member(id);
    stream.flush();
    this.#members.delete(id);
    return region;
  }

  /** A call was made that may change the flags of the region's VMA; without a region, of every region's. */
  expectVmFlags(id?: number): void {
    const concerned = id === undefined ? this.#members.values() : [this.#member(id)];
    for (const { observer } of concerned) observer.expectVmFlags();
  }

  /** Offers what was seen of a region earlier to the reader. */
  offer(id: number, snapshot: Snapshot): void {
    this.#member(id).stream.offer(snapshot);
  }

  /**
   * Looks at every region, or at one, offers what it saw to the reader, and calls `seen` with it. The flags are valid
   * during that call alone. Returns which regions it looked at. `still` as `Observer.look` has it.
   */
  observe(
    clock: Clock,
    step: number,
    seen?: (region: Region, snapshot: Snapshot, unknown: Observer['unknown']) => void,
    only?: Region,
    still = false,
  ): number[] {
    const looked: number[] = [];
    for (const { region, observer, stream } of this.#members.values()) {
      if ((only && region !== only) || observer.tooDear) continue;
      const snapshot = observer.look(clock, step, still);
      stream.offer(snapshot);
      seen?.(region, snapshot, observer.unknown);
      looked.push(region.id);
    }
    return looked;
  }

  acknowledge(id: number, sequence: number): void {
    this.#members.get(id)?.stream.acknowledge(sequence);
    if (!this.#readerLags) this.wake();
  }

  /** Resolves when few enough frames wait for the reader, or at `wake`: every step's frame is kept until it is read. */
  async readerKeepsUp(): Promise<void> {
    if (this.#readerLags) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  /** Lets those go on who wait for the reader. */
  wake(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Whether the reader has still to be sent something. */
  get lags(): boolean {
    return [...this.#members.values()].some(({ stream }) => stream.lags);
  }

  get #readerLags(): boolean {
    let queuedBytes = 0;
    for (const { stream } of this.#members.values()) queuedBytes += stream.queuedBytes;
    return queuedBytes >= maxQueuedBytes;
  }

  /** Unmaps every region and calls `released` for each. */
  async release(released: (region: number) => void): Promise<void> {
    const members = [...this.#members.entries()];
    for (const [, { stream }] of members) stream.flush();
    this.#members.clear();
    for (const [id, { region }] of members) {
      await region.release();
      released(id);
    }
  }

  #member(id: number): Member {
    const member = this.#members.get(id);
    if (!member) throw problem('gone', `This session has no region ${id}.`, `本会话中没有区域 ${id}。`);
    return member;
  }
}

/** What the region with this number is called: A, B, … Z, AA, AB, … */
export function labelOf(id: number): string {
  const last = String.fromCharCode(65 + ((id - 1) % 26));
  return id <= 26 ? last : labelOf(Math.floor((id - 1) / 26)) + last;
}
