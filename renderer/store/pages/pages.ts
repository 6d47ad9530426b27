import { histogram } from '../../../protocol/counts.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { decodeFrame, type Frame } from '../../../protocol/frame.ts';
import { PageStates } from '../../../protocol/page-states.ts';
import type { Acknowledgement } from '../../../protocol/service.ts';
import type { RafScheduler } from '../../raf-scheduler.ts';
import { LockRanges, lockState } from './lock-ranges.ts';
import type { Difference } from './page-difference.ts';
import { type Around, PageHistory, type Past, type StepTimes, undoOf } from './page-history.ts';

/** One frame of a region: what the pages that it changed want to know of it. */
export interface Moment {
  readonly takenNs: number;
  /** The step after which it was taken; -1 between steps. */
  readonly step: number;
  /** `performance.now()` at arrival: how long ago a page flashed up. */
  readonly arrivedMs: number;
}

/** A point of the timeline. */
export interface ResidentPoint {
  readonly tNs: number;
  readonly resident: number;
}

const mostPoints = 4096;

/**
 * The reader's copy of one region: what every page is, and which frame last changed it. Large and changed in place,
 * many times a second; so it lives outside React, which gets a new `version` ten times a second at most.
 */
export class RegionPages {
  readonly states = new PageStates();
  /** For each page, the index in `moments` of the frame that changed it last; 0 when none did. */
  changedBy: Uint32Array = new Uint32Array(0);
  /** Frames that changed something; the first entry stands for "never". */
  readonly moments: Moment[] = [{ takenNs: 0, step: -1, arrivedMs: Number.NEGATIVE_INFINITY }];
  bins: Uint32Array = new Uint32Array(256);
  points: ResidentPoint[] = [];
  readonly locks = new LockRanges();
  readonly #history = new PageHistory();

  get flags(): Uint8Array {
    return this.states.flags;
  }

  get unknown(): number {
    return this.states.last?.unknown ?? 0;
  }

  get skipped(): number {
    return this.states.last?.skipped ?? 0;
  }

  /** What the pages were at a moment, ns since the session began. */
  at(tNs: number): Past {
    return this.#history.at(tNs, this.flags);
  }

  /** When this region shows what a step did to it. */
  around(step: StepTimes): Around {
    return this.#history.around(step);
  }

  /** What became of the pages between two moments. */
  difference(fromNs: number, toNs: number): Difference | 'unmapped' | 'forgotten' {
    return this.#history.difference(fromNs, toNs, this.flags);
  }

  apply(frame: Frame, nowMs: number): void {
    // A whole frame says nothing of what changed; that has to be found by comparing.
    const before = frame.whole && this.flags.length === frame.pages ? this.flags.slice() : undefined;
    const first = this.flags.length !== frame.pages;
    const moment = this.moments.length;
    if (first) this.changedBy = new Uint32Array(frame.pages);
    const { changedBy, locks } = this;
    const undo = undoOf(this.flags, frame);
    const knowsLocks = !(frame.unknown & PageFlag.Locked);
    if (knowsLocks) locks.begin(frame.takenNs);
    this.states.apply(frame, (firstPage, pageCount, flags) => {
      if (knowsLocks) locks.apply(firstPage, pageCount, flags);
      if (first) return;
      if (!before) {
        changedBy.fill(moment, firstPage, firstPage + pageCount);
        return;
      }
      for (let page = firstPage; page < firstPage + pageCount; page++) {
        if (before[page] !== flags) changedBy[page] = moment;
      }
    });
    // What came before the first look has changed nothing that was seen.
    if (first) this.moments[0] = { takenNs: frame.takenNs, step: -1, arrivedMs: Number.NEGATIVE_INFINITY };
    else this.moments.push({ takenNs: frame.takenNs, step: frame.step, arrivedMs: nowMs });
    this.#history.push(frame, undo);
    this.#count(frame.takenNs);
    if (knowsLocks) locks.finish(this.#lockedPages());
  }

  #lockedPages(): number {
    return this.bins.reduce((sum, count, byte) => (lockState(byte) === 'unlocked' ? sum : sum + count), 0);
  }

  /** At most two frames come between two drawings, so every one of them can be counted. */
  #count(tNs: number): void {
    this.bins = histogram(this.flags);
    let resident = 0;
    for (let byte = 1; byte < 256; byte += 2) resident += this.bins[byte] ?? 0;
    this.points.push({ tNs, resident });
    if (this.points.length > mostPoints) {
      this.points = this.points.filter((_, index) => index % 2 === 0 || index > mostPoints / 2);
    }
  }
}

/** At most ten times a second are texts and charts brought up to date. */
const tellEveryMs = 100;

export interface PagesOptions {
  readonly scheduler: Pick<RafScheduler, 'request' | 'afterwards'>;
  readonly acknowledge: (acknowledgement: Acknowledgement) => void;
  /** A frame that cannot be read or applied; the sentence says why. */
  readonly onBroken: (reason: string) => void;
  readonly now: () => number;
}

/** Every region's pages: takes frames in, has them drawn, and acknowledges them after that. */
export class Pages {
  readonly #options: PagesOptions;
  readonly #regions = new Map<string, RegionPages>();
  readonly #closed = new Set<number>();
  readonly #drawn = new Map<string, Set<() => void>>();
  readonly #readers = new Set<() => void>();
  readonly #unsettled = new Map<string, Acknowledgement>();
  #telling: ReturnType<typeof setTimeout> | undefined;
  #version = 0;

  constructor(options: PagesOptions) {
    this.#options = options;
  }

  /** Grows whenever counts may have changed. */
  get version(): number {
    return this.#version;
  }

  region(session: number, region: number): RegionPages | undefined {
    return this.#regions.get(key(session, region));
  }

  receive(bytes: Uint8Array): void {
    let frame: Frame;
    try {
      frame = decodeFrame(bytes);
      if (this.#closed.has(frame.session)) return;
      this.#take(frame);
    } catch (error) {
      this.#options.onBroken(error instanceof Error ? error.message : String(error));
    }
  }

  /** Calls `draw` in the next animation frame after each change of the region. */
  onChange(session: number, region: number, draw: () => void): () => void {
    const name = key(session, region);
    const listeners = this.#drawn.get(name) ?? new Set();
    this.#drawn.set(name, listeners.add(draw));
    return () => listeners.delete(draw);
  }

  /** For React: `tell` is called ten times a second at most. */
  subscribe = (tell: () => void): (() => void) => {
    this.#readers.add(tell);
    return () => this.#readers.delete(tell);
  };

  /** Forgets a session; frames of it that are still on their way are dropped. */
  close(session: number): void {
    this.#closed.add(session);
    for (const name of this.#regions.keys()) {
      if (!name.startsWith(`${session}:`)) continue;
      this.#regions.delete(name);
      this.#drawn.delete(name);
      this.#unsettled.delete(name);
    }
  }

  #take(frame: Frame): void {
    const name = key(frame.session, frame.region);
    const pages = this.#regions.get(name) ?? new RegionPages();
    this.#regions.set(name, pages);
    pages.apply(frame, this.#options.now());
    this.#unsettled.set(name, { session: frame.session, region: frame.region, sequence: frame.sequence });
    for (const draw of this.#drawn.get(name) ?? []) this.#options.scheduler.request(draw);
    this.#options.scheduler.afterwards(this.#settle);
  }

  /** After the drawing: the acknowledgements that let the next frames come. */
  #settle = (): void => {
    for (const acknowledgement of this.#unsettled.values()) this.#options.acknowledge(acknowledgement);
    this.#unsettled.clear();
    this.#telling ??= setTimeout(this.#tell, tellEveryMs);
  };

  #tell = (): void => {
    this.#telling = undefined;
    this.#version++;
    for (const tell of this.#readers) tell();
  };
}

const key = (session: number, region: number): string => `${session}:${region}`;
