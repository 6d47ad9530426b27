import { histogram } from '../../../protocol/counts.ts';
import type { SessionEvent } from '../../../protocol/events.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { decodeFrame, type Frame } from '../../../protocol/frame.ts';
import type { LockRange } from '../../../protocol/lock-range.ts';
import { LockRanges, lockState } from '../../../protocol/lock-ranges.ts';
import type { OtherPages as ToldPages } from '../../../protocol/other-pages.ts';
import { PageStates } from '../../../protocol/page-states.ts';
import type { Acknowledgement } from '../../../protocol/service.ts';
import type { RafScheduler } from '../../raf-scheduler.ts';
import { Film } from './film.ts';
import { OtherPages, type StepSpan } from './other-pages.ts';
import { type Difference, differenceOf } from './page-difference.ts';
import { type Around, type Moment, PageHistory, type Past, type StepTimes, undoOf } from './page-history.ts';

/**
 * The reader's copy of one region: what every page is, and which frame last changed it. Large and changed in place,
 * many times a second; so it lives outside React, which gets a new `version` ten times a second at most.
 */
export class RegionPages {
  readonly states = new PageStates();
  /** For each page, the index in `moments` of the frame that changed it last; 0 when none did. */
  changedBy: Uint32Array = new Uint32Array(0);
  /** Frames that changed something; the first entry stands for "never". */
  #moments: Moment[] = [{ takenNs: 0, step: -1 }];
  bins: Uint32Array = new Uint32Array(256);
  readonly film = new Film();
  readonly locks = new LockRanges();
  readonly #history = new PageHistory();
  /** The film is all that was told; the pages are those of the instant that was asked for, and some others beside. */
  #whenAsked = false;
  readonly #others = new OtherPages();
  #wanted: Wanted = { instants: [], last: [] };

  get flags(): Uint8Array {
    return this.states.flags;
  }

  /** Frames that changed something; the first entry stands for "never". */
  get moments(): readonly Moment[] {
    return this.#moments;
  }

  get unknown(): number {
    return this.states.last?.unknown ?? 0;
  }

  get skipped(): number {
    return this.states.last?.skipped ?? 0;
  }

  /** When the newest pages that came were looked at, ns since the session began. */
  get shownNs(): number {
    return this.states.last?.takenNs ?? 0;
  }

  get comesWhenAsked(): boolean {
    return this.#whenAsked;
  }

  /** The film of a recording whose pages come when they are asked for. */
  show(film: Extract<SessionEvent, { kind: 'film' }>): void {
    this.#whenAsked = true;
    this.film.show(film);
  }

  /** Which other instants are compared with the one that is shown, and the last steps up to that. */
  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#findChanges();
  }

  /** What the pages were at those instants. */
  showOthers(told: ToldPages): void {
    this.#others.tell(told, this.flags);
    this.#findChanges();
  }

  /** Whether the pages of one of those instants are still on their way. */
  awaits(tNs: number): boolean {
    return this.#wanted.instants.includes(tNs) && !this.#others.came;
  }

  #findChanges(): void {
    const shown = { flags: this.flags, unknown: this.unknown, takenNs: this.shownNs };
    ({ changedBy: this.changedBy, moments: this.#moments } = this.#others.changes(this.#wanted.last, shown));
  }

  /** What the pages were at a moment, ns since the session began. */
  at(tNs: number): Past {
    if (this.#whenAsked) return tNs < this.film.takenNs(0) ? 'unmapped' : 'live';
    return this.#history.at(tNs, this.flags);
  }

  /** The pages at a moment, or as they are now; 'unmapped' and 'forgotten' where there are none to show. */
  shownAt(
    tNs: number | undefined,
  ): { readonly flags: Uint8Array; readonly unknown: number } | 'unmapped' | 'forgotten' {
    if (tNs !== undefined && this.#wanted.instants.includes(tNs)) return this.#others.at(tNs) ?? 'forgotten';
    const past = tNs === undefined ? 'live' : this.at(tNs);
    return past === 'live' ? this : past;
  }

  /** When this region shows what a step did to it. */
  around(step: StepTimes): Around {
    if (this.#whenAsked) {
      const { startedNs, endedNs, nextStartedNs } = step;
      const lastNs = Math.max(endedNs, this.film.takenNs(this.film.length - 1));
      return { beforeNs: startedNs, afterNs: Number.isFinite(nextStartedNs) ? nextStartedNs - 1 : lastNs, exact: true };
    }
    return this.#history.around(step);
  }

  /** What became of the pages between two moments. */
  difference(fromNs: number, toNs: number): Difference | 'unmapped' | 'forgotten' | 'untold' {
    if (this.#whenAsked) {
      const [before, after] = [this.shownAt(fromNs), this.shownAt(toNs)];
      if (before === this || typeof before === 'string' || typeof after === 'string') return 'untold';
      return differenceOf(before, after);
    }
    return this.#history.difference(fromNs, toNs, this.flags);
  }

  apply(frame: Frame): void {
    if (this.#whenAsked) {
      this.states.apply(frame);
      this.bins = histogram(this.flags);
      this.#others.shown(this.flags);
      this.#findChanges();
      return;
    }
    // A whole frame says nothing of what changed; that has to be found by comparing.
    const before = frame.whole && this.flags.length === frame.pages ? this.flags.slice() : undefined;
    const first = this.flags.length !== frame.pages;
    const moment = this.#moments.length;
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
    if (first) this.#moments[0] = { takenNs: frame.takenNs, step: -1 };
    else this.#moments.push({ takenNs: frame.takenNs, step: frame.step });
    this.#history.push(frame, undo, this.flags);
    this.film.take(frame, undo, this.flags);
    this.bins = this.film.histogram();
    if (knowsLocks) locks.finish(this.#lockedPages());
  }

  #lockedPages(): number {
    return this.bins.reduce((sum, count, byte) => (lockState(byte) === 'unlocked' ? sum : sum + count), 0);
  }
}

/** What is asked of a region's pages beside those that are shown. */
export interface Wanted {
  readonly instants: readonly number[];
  /** In their order. */
  readonly last: readonly StepSpan[];
}

/** At most ten times a second are texts and charts brought up to date. */
const tellEveryMs = 100;

export interface PagesOptions {
  readonly scheduler: Pick<RafScheduler, 'request' | 'afterwards'>;
  readonly acknowledge: (acknowledgement: Acknowledgement) => void;
  /** A frame that cannot be read or applied; the sentence says why. */
  readonly onBroken: (reason: string) => void;
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
  /** Frames have come of which the readers do not know. */
  #untold = false;
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

  /** Whether a session's pages come when they are asked for. */
  comesWhenAsked(session: number): boolean {
    return this.#of(session).some(([, pages]) => pages.comesWhenAsked);
  }

  show(film: Extract<SessionEvent, { kind: 'film' }>): void {
    if (this.#closed.has(film.session)) return;
    this.#made(film.session, film.region).show(film);
    this.#telling ??= setTimeout(this.#tell, tellEveryMs);
  }

  /** The locked ranges of a recording that told its film alone. */
  showLocks(session: number, region: number, ranges: readonly LockRange[]): void {
    this.region(session, region)?.locks.show(ranges);
    this.#telling ??= setTimeout(this.#tell, tellEveryMs);
  }

  /** Which other instants of a session are compared with the one that is shown. */
  want(session: number, wanted: Wanted): void {
    for (const [, region] of this.#of(session)) region.want(wanted);
  }

  /** What the pages of a session were at them. */
  showOthers(session: number, told: readonly ToldPages[]): void {
    for (const each of told) {
      this.region(session, each.region)?.showOthers(each);
      for (const draw of this.#drawn.get(key(session, each.region)) ?? []) this.#options.scheduler.request(draw);
    }
    this.#tell();
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

  /** Tells the readers now of what they would be told soon. */
  catchUp(): void {
    if (this.#untold) this.#tell();
  }

  /** Calls `draw` in the next animation frame after each change of the region. */
  onChange(session: number, region: number, draw: () => void): () => void {
    const name = key(session, region);
    const listeners = this.#drawn.get(name) ?? new Set();
    this.#drawn.set(name, listeners.add(draw));
    return () => listeners.delete(draw);
  }

  /** For React: `tell` is called ten times a second at most, and besides with what is told of steps. */
  subscribe = (tell: () => void): (() => void) => {
    this.#readers.add(tell);
    return () => this.#readers.delete(tell);
  };

  /** Forgets a session; frames of it that are still on their way are dropped. */
  close(session: number): void {
    this.#closed.add(session);
    for (const [name] of this.#of(session)) {
      this.#regions.delete(name);
      this.#drawn.delete(name);
      this.#unsettled.delete(name);
    }
  }

  #of(session: number): (readonly [name: string, pages: RegionPages])[] {
    return [...this.#regions].filter(([name]) => name.startsWith(`${session}:`));
  }

  #made(session: number, region: number): RegionPages {
    const name = key(session, region);
    const pages = this.#regions.get(name) ?? new RegionPages();
    this.#regions.set(name, pages);
    return pages;
  }

  #take(frame: Frame): void {
    const name = key(frame.session, frame.region);
    this.#made(frame.session, frame.region).apply(frame);
    this.#untold = true;
    this.#unsettled.set(name, { session: frame.session, region: frame.region, sequence: frame.sequence });
    for (const draw of this.#drawn.get(name) ?? []) this.#options.scheduler.request(draw);
    this.#options.scheduler.afterwards(this.#settle);
  }

  /** After the drawing: the acknowledgements that let the next frames come. */
  #settle = (): void => {
    const asked = [...this.#unsettled.keys()].some((name) => this.#regions.get(name)?.comesWhenAsked);
    for (const acknowledgement of this.#unsettled.values()) this.#options.acknowledge(acknowledgement);
    this.#unsettled.clear();
    // What was asked for is waited for.
    if (asked) this.#tell();
    else if (this.#untold) this.#telling ??= setTimeout(this.#tell, tellEveryMs);
  };

  #tell = (): void => {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#untold = false;
    this.#version++;
    for (const tell of this.#readers) tell();
  };
}

const key = (session: number, region: number): string => `${session}:${region}`;
