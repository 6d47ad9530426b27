import { setTimeout } from 'node:timers/promises';
import type { HeldFork } from '../../native/calls/fork.ts';
import type { SessionEvent, Step } from '../../protocol/events.ts';
import type { Snapshot } from '../../protocol/frame-stream.ts';
import type { Language } from '../../protocol/language.ts';
import type { Operation, PageRange, ProcessOperation } from '../../protocol/operation.ts';
import type { Report } from '../../protocol/report.ts';
import type { Reader } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import { Clock } from '../base/clock.ts';
import { OwnedResources } from '../base/owned-resources.ts';
import { cProgram, stepProgram } from '../c-program/c-program.ts';
import { environment } from '../limits/environment.ts';
import { collectGarbage } from '../operations/collect-garbage.ts';
import { type LoggedOperation, told } from '../operations/logged-operation.ts';
import { pageCall } from '../operations/page-calls.ts';
import { perform } from '../operations/perform.ts';
import { forkProcess } from '../operations/process-operations.ts';
import { warmUp } from '../operations/warm-up.ts';
import { type Look, lookOf } from '../regions/look.ts';
import type { Mapping } from '../regions/mapping.ts';
import { betweenSteps, type Observer } from '../regions/observer.ts';
import { Region } from '../regions/region.ts';
import { labelOf, RegionSet } from './region-set.ts';
import { Sampler, takeSample } from './sampler.ts';
import { SmapsWatch } from './smaps-watch.ts';
import type { Called, CalledStep, CallSite, Forked, Mapped, TakenStep, Turn } from './steps.ts';
import { asExpected, type Taken, takeMap, takeOnProcess, turnOf } from './taken-steps.ts';
import { ToldSamples } from './told-samples.ts';
import { Transcript, type TranscriptHeader } from './transcript.ts';

/** What the C program is to do for such a call. */
function entryOf(title: Text, { record: { call }, operation, c }: Called<unknown>, lent?: Region): LoggedOperation {
  if (operation) return { kind: 'process', title, operation };
  if (!c) return { kind: 'remark', title };
  const { label = '', pages = 0 } = lent ?? {};
  const lines = typeof c === 'function' ? c(label) : c;
  return { kind: 'work', title, call, c: lines, ...(lent && { lends: { label, pages } }) };
}

/** A session event before the session's number is put on it. */
export type Telling = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'session'> : never) : never;

/** Looks a second between steps while nothing of it is shown. */
const unshownHz = 0.5;

/** Calls that a script begins with: no page comes by them. */
const preparing: ReadonlySet<string> = new Set(['mmap', 'madvise', 'mincore']);

/** What was seen of a region after a step. Its flags are valid while it is told, and no longer. */
export type Seen = (region: Region, snapshot: Snapshot, unknown: Observer['unknown']) => void;

/**
 * What every session has, however it is driven: regions, the log of operations, a sampler, and turns, so that calls
 * never interleave. What it tells goes to the reader and into the transcript in the same words. It ends by releasing
 * everything.
 */
export class Session {
  readonly regions: RegionSet;
  readonly clock = new Clock();
  /** Told of each region that the sampler has looked at. */
  betweenSteps: ((region: Region) => void) | undefined;
  readonly #session: number;
  /** What a recording needs is told beside what its reader does. */
  readonly recorded: boolean;
  readonly #reader: Reader;
  readonly #transcript: Transcript;
  readonly #log: LoggedOperation[] = [];
  readonly #owned = new OwnedResources();
  /** Ends a long operation that is under way, and every wait. */
  readonly #interrupt = new AbortController();
  readonly #watch = new SmapsWatch();
  readonly #samples = new ToldSamples((told) => this.tell({ kind: 'sample', ...told }));
  #sampler: Sampler;
  #hz: number;
  #isShown = true;
  #steps = 0;
  #acted = false;
  #busy: Promise<unknown> = Promise.resolve();
  /** Turns that began, and those that also ended; and what began by the last look of the sampler. */
  #turnsBegun = 0;
  #turnsEnded = 0;
  #turnsSeen = 0;
  /** Frames that were sent, and how many of them by the last sample. */
  #frames = 0;
  #framesSampled = 0;

  /** @param recorded tells also the operations, which a recording keeps for the C program */
  constructor(session: number, header: TranscriptHeader, sampleHz: number, reader: Reader, recorded = false) {
    this.#session = session;
    this.recorded = recorded;
    this.#reader = reader;
    this.regions = new RegionSet(session, (frame) => {
      this.#frames++;
      reader.frame(frame);
    });
    this.#transcript = new Transcript(header);
    this.#hz = sampleHz;
    this.#sampler = new Sampler(sampleHz, () => this.#tick());
    warmUp();
  }

  /** Steps that were taken; the next one gets this number. */
  /** Whether a step did more than map memory, advise about it and look at it. */
  get acted(): boolean {
    return this.#acted;
  }

  get steps(): number {
    return this.#steps;
  }

  report(language: Language): Report {
    return this.#transcript.report(environment(), language);
  }

  /**
   * The operations so far as a C program; with a step, the lines of that one alone. Throws `bad-input` when there is no
   * such step.
   */
  async program(step?: number): Promise<string> {
    return step === undefined ? cProgram(this.#log) : stepProgram(this.#log, step);
  }

  /** Looks as often as this from now on, where it is shown. */
  sampleAt(hz: number): void {
    this.#hz = hz;
    this.#sampler[Symbol.dispose]();
    this.#sampler = new Sampler(this.#isShown ? hz : Math.min(hz, unshownHz), () => this.#tick());
  }

  /** Whether anybody sees it, or waits for what it does. */
  show(shown: boolean): void {
    if (shown === this.#isShown) return;
    this.#isShown = shown;
    this.sampleAt(this.#hz);
  }

  /** Tells reader and transcript. */
  tell(telling: Telling): void {
    // Putting back what the distributed Omit took out makes the event whole; TypeScript does not see that through the
    // union.
    const event = { ...telling, session: this.#session } as SessionEvent;
    this.#transcript.add(event);
    this.#reader.event(event);
  }

  /** Keeps a resource until the session ends. */
  own<T extends Disposable>(resource: T): T {
    this.#owned.use(resource);
    return resource;
  }

  /** Maps memory as a step; without a region the kernel refused. */
  map(title: Text, mapping: Mapping): Promise<Mapped> {
    return this.inTurn(() => {
      const taken = takeMap(title, mapping, this.regions, this.clock);
      const step = this.publish(taken);
      this.observe(step.index);
      return { step, ...(taken.region ? { region: taken.region } : {}) };
    });
  }

  /** Performs an operation as a step, and looks at every region after it. */
  perform(title: Text, region: Region, operation: Operation, expects?: string): Promise<TakenStep> {
    return this.inTurn(async () => (await this.#perform(title, region, operation, { expects })).step);
  }

  /** Performs an operation on the whole process as a step, and looks at every region after it. */
  onProcess(title: Text, operation: ProcessOperation): Promise<TakenStep> {
    return this.inTurn(() => {
      const step = this.publish(takeOnProcess(title, operation, this.clock));
      this.regions.expectVmFlags();
      this.observe(step.index);
      return step;
    });
  }

  /**
   * Forks a child as a step; it ends with the session, or when the experiment ends it. Its copy of a region is one that
   * is looked at from outside, as long as the child is there.
   */
  fork(title: Text, of: Region): Promise<Forked> {
    return this.inTurn(() => {
      const { record, child } = forkProcess(this.clock);
      const id = this.regions.nextId;
      const copy = child && Region.ofChild(id, labelOf(id), { pid: child.pid, of });
      if (copy) this.regions.add(copy);
      const step = this.publish({ title, record, entry: { kind: 'fork', title }, ...(copy && { region: copy }) });
      this.observe(step.index);
      return { step, ...(child && copy && { child: this.own(this.#withCopy(child, copy)), copy }) };
    });
  }

  /** A child that takes its copy of a region with it. */
  #withCopy(child: HeldFork, copy: Region): HeldFork {
    const release = () => {
      if (this.regions.all.includes(copy)) {
        this.regions.remove(copy.id);
        this.tell({ kind: 'released', region: copy.id });
      }
      child.release();
    };
    return { ...child, release, [Symbol.dispose]: release };
  }

  /** Asks mincore about a range as a step, and gives the snapshot of the whole region taken after it. */
  look(title: Text, region: Region, range: PageRange = { firstPage: 0, pageCount: region.pages }): Promise<Look> {
    return this.inTurn(async () => {
      const { step, look } = await this.#perform(title, region, { kind: 'mincore', range }, { lookCloser: true });
      if (!look) throw new Error(`step ${step.index} was not observed`);
      return look;
    });
  }

  /** Takes several steps before anything else runs, and tells of them when all are done. */
  inOneTurn<T>(steps: (turn: Turn) => T): Promise<T> {
    return this.inTurn(() => this.takeTogether(steps));
  }

  /** The same for who has the turn already. */
  takeTogether<T>(steps: (turn: Turn) => T): T {
    const taken: Taken[] = [];
    collectGarbage();
    const result = steps(turnOf(taken, this.#steps, this.regions, this.clock));
    let last = betweenSteps;
    for (const each of taken) last = this.publish(each).index;
    this.regions.expectVmFlags();
    this.observe(last);
    return result;
  }

  /** Aborts when the session is stopped. */
  get stopped(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Makes a call that has to be waited for, or that is another program's, as a step. */
  call<T>(title: Text, act: (site: Omit<CallSite, 'tell'>) => Promise<Called<T>>): Promise<CalledStep<T>> {
    return this.inTurn(async () => {
      const called = await act({ clock: this.clock, signal: this.stopped });
      const { record, value, lends } = called;
      const id = this.regions.nextId;
      const region = lends && Region.lent(id, labelOf(id), lends);
      if (region) this.regions.add(region);
      const entry = entryOf(title, called, region);
      const step = this.publish({ title, record, entry, ...(region && { region }) });
      this.observe(step.index);
      return { value, step, ...(region && { region }) };
    });
  }

  /** Waits, or ends early when the session is stopped. */
  async wait(milliseconds: number): Promise<void> {
    await setTimeout(milliseconds, undefined, { signal: this.#interrupt.signal }).catch(() => {});
  }

  /** Resolves when the reader has caught up enough for another step, or when the session is stopped. */
  async readerKeepsUp(): Promise<void> {
    if (!this.stopped.aborted) await this.regions.readerKeepsUp();
  }

  /** One at a time: no two actions interleave their calls. */
  inTurn<T>(act: () => T | Promise<T>): Promise<T> {
    const turn = this.#busy
      .then(() => this.readerKeepsUp())
      .then(() => {
        this.#turnsBegun++;
        this.#samples.flush();
        this.#sampler.wake();
        this.#watch.wake();
        return act();
      })
      .finally(() => {
        this.#turnsEnded = this.#turnsBegun;
      });
    this.#busy = turn.catch(() => {});
    return turn;
  }

  /** Puts a step that was taken into the log and tells of it. */
  publish({ title, record: { vmLckGrowthBytes, ...record }, entry, region, sample, seen = [] }: Taken): TakenStep {
    if (region) this.tell({ kind: 'region', region: region.info() });
    this.#log.push(entry);
    const step: Step = { index: this.#steps++, title, ...record };
    this.#acted ||= !preparing.has(step.call);
    this.tell({ kind: 'step', step });
    if (this.recorded) this.tell({ kind: 'operation', step: step.index, operation: told(entry) });
    for (const { region: id, snapshot } of seen) {
      // Not its counts: they are made when they are asked for, which takes time.
      const { flags, takenNs, unknown, lazilyFree } = snapshot;
      const count = lazilyFree === undefined ? {} : { lazilyFree };
      this.regions.offer(id, { flags, takenNs, unknown, ...count, step: step.index });
      this.#transcript.addSnapshot(step.index, id, snapshot);
    }
    if (sample) this.#samples.add(sample, [], false);
    return { ...step, minorFaults: record.minorFaults, vmLckGrowthBytes };
  }

  /** Looks at all regions after a step, or at one; the transcript keeps what it saw. */
  observe(step: number, seen?: Seen, only?: Region): void {
    const keep: Seen = (region, snapshot, unknown) => {
      this.#transcript.addSnapshot(step, region.id, snapshot);
      seen?.(region, snapshot, unknown);
    };
    this.#sample(this.regions.observe(this.clock, step, keep, only));
  }

  acknowledge(region: number, sequence: number): void {
    this.regions.acknowledge(region, sequence);
  }

  /** Ends what is under way after the call that it is in, and every wait, for good. */
  interrupt(): void {
    this.#interrupt.abort();
    this.regions.wake();
  }

  /**
   * Once for each region, at the first request: a stop or the end of the session. Waits for the turn that is under way.
   */
  async releaseRegions(): Promise<void> {
    await this.#busy;
    this.#samples.flush();
    await this.regions.release((region) => this.tell({ kind: 'released', region }));
  }

  /** Ends the session: releases every region and resource. */
  async release(): Promise<void> {
    await this.#busy;
    this.#sampler[Symbol.dispose]();
    await this.releaseRegions();
    await this.#watch.idle();
    this.#owned[Symbol.dispose]();
  }

  async #perform(
    title: Text,
    region: Region,
    operation: Operation,
    { lookCloser = false, expects }: { lookCloser?: boolean; expects?: string | undefined },
  ) {
    const { record, done } = await perform(operation, region, this.clock, this.#interrupt.signal);
    const { locks, toldBySmaps } = pageCall(operation);
    if (locks || toldBySmaps) this.regions.expectVmFlags(region.id);
    const entry: LoggedOperation = { kind: 'operation', title, label: region.label, operation: done };
    const step = this.publish({ title, record: asExpected(record, expects), entry });
    let look: Look | undefined;
    this.observe(step.index, (seen, snapshot, unknown) => {
      if (lookCloser && seen === region) look = lookOf(snapshot, unknown, region.info().kind);
    });
    if (
      operation.kind === 'munmap' &&
      step.errno === null &&
      region.pagesOf(operation.range).pageCount === region.pages
    ) {
      await this.regions.remove(region.id).release();
      this.tell({ kind: 'released', region: region.id });
    }
    return { step, look };
  }

  #tick(): boolean {
    this.#watch.tick(this.regions);
    const still = this.#turnsEnded === this.#turnsBegun && this.#turnsSeen === this.#turnsBegun;
    this.#turnsSeen = this.#turnsBegun;
    const seen = (region: Region) => this.betweenSteps?.(region);
    return this.#sample(this.regions.observe(this.clock, betweenSteps, seen, undefined, still), still);
  }

  /** Whether a page moved or a call was made since the last sample; where a reader lags, that is not known. */
  #sample(looked: number[], still = false): boolean {
    const moved = !still || this.#frames !== this.#framesSampled || this.regions.lags;
    this.#framesSampled = this.#frames;
    const sample = takeSample(this.clock);
    if (sample) this.#samples.add(sample, looked, !moved);
    return moved;
  }
}
