import { setTimeout } from 'node:timers/promises';
import type { SessionEvent, Step } from '../protocol/events.ts';
import type { Placement } from '../protocol/experiment.ts';
import type { Language } from '../protocol/language.ts';
import type { Operation, PageRange, ProcessOperation } from '../protocol/operation.ts';
import { toProblem } from '../protocol/problem.ts';
import type { Report } from '../protocol/report.ts';
import type { Reader } from '../protocol/service.ts';
import type { Text } from '../protocol/text.ts';
import { breathe } from './breathe.ts';
import { cProgram, type LoggedOperation } from './c-program.ts';
import { Clock } from './clock.ts';
import { collectGarbage } from './collect-garbage.ts';
import { environment } from './environment.ts';
import type { PreparedExperiment } from './experiment.ts';
import { Gate } from './gate.ts';
import type { Forked, Mapped, TakenStep, Turn } from './lab.ts';
import type { Mapping } from './mapping.ts';
import { changesVmFlags, perform } from './operations.ts';
import { OwnedResources } from './owned-resources.ts';
import { forkProcess } from './process-operations.ts';
import type { Region } from './region.ts';
import { RegionSet } from './region-set.ts';
import { Sampler, takeSample } from './sampler.ts';
import type { ControlAction, SessionHandle } from './session-handle.ts';
import { SessionLab } from './session-lab.ts';
import { betweenSteps, type Look, lookOf } from './snapshot.ts';
import { Transcript } from './transcript.ts';
import { type Taken, takeMap, takeOnProcess, turnOf } from './turn.ts';
import { warmUp } from './warm-up.ts';

/** Looks per second when nothing runs any more: the user may still operate, and the kernel may still reclaim. */
const restingHz = 2;

/** A session event before the session's number is put on it. */
type Telling = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'session'> : never) : never;

export interface SessionOptions {
  readonly session: number;
  readonly paused: boolean;
  readonly paceMs: number;
  readonly sampleHz: number;
  readonly version: string;
  readonly placement: Placement;
}

/**
 * A running lab: regions, the log of operations, a sampler, and one experiment. It ends by releasing everything. What it tells goes
 * to the reader and into the transcript in the same words.
 */
export class Session implements SessionHandle {
  readonly pid = process.pid;
  readonly #session: number;
  readonly #reader: Reader;
  readonly #clock = new Clock();
  readonly #gate: Gate;
  readonly #transcript: Transcript;
  readonly #regions: RegionSet;
  readonly #log: LoggedOperation[] = [];
  readonly #owned = new OwnedResources();
  readonly #finished: Promise<void>;
  #sampler: Sampler;
  /** Ends a long operation that is under way. */
  readonly #interrupt = new AbortController();
  #steps = 0;
  #busy: Promise<unknown> = Promise.resolve();
  #disposed: Promise<void> | undefined;

  /** Opens the session; the experiment begins on the next turn of the main loop. */
  constructor(experiment: PreparedExperiment, options: SessionOptions, reader: Reader) {
    this.#session = options.session;
    this.#reader = reader;
    this.#regions = new RegionSet(options.session, (frame) => reader.frame(frame));
    this.#transcript = new Transcript({
      version: options.version,
      experiment: { id: experiment.id, title: experiment.title, parameters: experiment.values },
      placement: options.placement,
      pid: this.pid,
    });
    this.#gate = new Gate(options.paused, options.paceMs, (state, next) => {
      this.tell({ kind: 'state', state, ...(next ? { next } : {}) });
    });
    this.#sampler = new Sampler(options.sampleHz, () => this.#tick());
    warmUp();
    this.#finished = new Promise((resolve) => setImmediate(() => resolve(this.#run(experiment))));
  }

  async control(action: ControlAction): Promise<void> {
    this.#gate[action]();
    if (action !== 'stop') return;
    this.#interrupt.abort();
    await this.#finished;
    await this.#busy;
    await this.#releaseRegions();
  }

  async pace(paceMs: number): Promise<void> {
    this.#gate.paceMs = paceMs;
  }

  async operate(region: number, operation: Operation): Promise<void> {
    await this.perform(
      { en: `You: ${operation.kind}`, zh: `手动：${operation.kind}` },
      this.#regions.get(region),
      operation,
    );
  }

  acknowledge(region: number, sequence: number): void {
    this.#regions.acknowledge(region, sequence);
  }

  async report(language: Language): Promise<Report> {
    return this.#transcript.report(environment(), language);
  }

  async program(): Promise<string> {
    return cProgram(this.#log);
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#release();
    return this.#disposed;
  }

  /** Tells reader and transcript. */
  tell(telling: Telling): void {
    // Putting back what the distributed Omit took out makes the event whole; TypeScript does not see that through the union.
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
    return this.#inTurn(() => {
      const taken = takeMap(title, mapping, this.#regions, this.#clock);
      const step = this.#publish(taken);
      this.#observe(step.index);
      return { step, ...(taken.region ? { region: taken.region } : {}) };
    });
  }

  /** Performs an operation as a step, and looks at every region after it. */
  perform(title: Text, region: Region, operation: Operation): Promise<TakenStep> {
    return this.#inTurn(async () => (await this.#perform(title, region, operation)).step);
  }

  /** Performs an operation on the whole process as a step, and looks at every region after it. */
  onProcess(title: Text, operation: ProcessOperation): Promise<TakenStep> {
    return this.#inTurn(() => {
      const step = this.#publish(takeOnProcess(title, operation, this.#clock));
      this.#regions.expectVmFlags();
      this.#observe(step.index);
      return step;
    });
  }

  /** Forks a child as a step; it ends with the session, or when the experiment ends it. */
  fork(title: Text): Promise<Forked> {
    return this.#inTurn(() => {
      const { record, child } = forkProcess(this.#clock);
      const step = this.#publish({ title, record, entry: { kind: 'fork', title } });
      this.#observe(step.index);
      return { step, ...(child ? { child: this.own(child) } : {}) };
    });
  }

  /** Asks mincore about a range as a step, and gives the snapshot of the whole region taken after it. */
  look(title: Text, region: Region, range: PageRange = { firstPage: 0, pageCount: region.pages }): Promise<Look> {
    return this.#inTurn(async () => {
      const { step, look } = await this.#perform(title, region, { kind: 'mincore', range }, true);
      if (!look) throw new Error(`step ${step.index} was not observed`);
      return look;
    });
  }

  /** Takes several steps before anything else runs, and tells of them when all are done. */
  inOneTurn<T>(steps: (turn: Turn) => T): Promise<T> {
    return this.#inTurn(() => {
      const taken: Taken[] = [];
      collectGarbage();
      const result = steps(turnOf(taken, this.#regions, this.#clock));
      let last = betweenSteps;
      for (const each of taken) last = this.#publish(each).index;
      this.#regions.expectVmFlags();
      this.#observe(last);
      return result;
    });
  }

  /** Waits, or ends early when the session is stopped. */
  async wait(milliseconds: number): Promise<void> {
    await setTimeout(milliseconds, undefined, { signal: this.#interrupt.signal }).catch(() => {});
  }

  async #perform(title: Text, region: Region, operation: Operation, lookCloser = false) {
    const { record, done } = await perform(operation, region, this.#clock, this.#interrupt.signal);
    if (changesVmFlags(operation)) this.#regions.expectVmFlags(region.id);
    const refused = record.errno !== null;
    const entry: LoggedOperation = { kind: 'operation', title, label: region.label, operation: done, refused };
    const step = this.#publish({ title, record, entry });
    const look = this.#observe(step.index, lookCloser ? region : undefined);
    return { step, look };
  }

  /** One at a time: the user's operations and the script's never interleave their calls. */
  #inTurn<T>(act: () => T | Promise<T>): Promise<T> {
    const turn = this.#busy.then(act);
    this.#busy = turn.catch(() => {});
    return turn;
  }

  /** Puts a step that was taken into the log and tells of it. */
  #publish({ title, record: { vmLckGrowthBytes, ...record }, entry, region, sample, seen = [] }: Taken) {
    if (region) this.tell({ kind: 'region', region: region.info() });
    this.#log.push(entry);
    const step: Step = { index: this.#steps++, title, ...record };
    this.tell({ kind: 'step', step });
    for (const { region: id, snapshot } of seen) {
      this.#regions.offer(id, { ...snapshot, step: step.index });
      this.#transcript.addSnapshot(step.index, id, snapshot);
    }
    if (sample) this.tell({ kind: 'sample', sample });
    return { ...step, minorFaults: record.minorFaults, vmLckGrowthBytes };
  }

  /** Looks at all regions after a step; the transcript keeps what it saw. */
  #observe(step: number, closer?: Region): Look | undefined {
    let look: Look | undefined;
    this.#regions.observe(this.#clock, step, (region, snapshot) => {
      this.#transcript.addSnapshot(step, region, snapshot);
      if (region === closer?.id) look = lookOf(snapshot);
    });
    this.#sample();
    return look;
  }

  #tick(): void {
    this.#regions.observe(this.#clock, betweenSteps);
    this.#sample();
  }

  #sample(): void {
    const sample = takeSample(this.#clock);
    if (sample) this.tell({ kind: 'sample', sample });
  }

  async #run(experiment: PreparedExperiment): Promise<void> {
    const script = experiment.run(new SessionLab(this, experiment.claims));
    try {
      for await (const next of script) {
        // Without a pace a step follows the other at once; others wait for this main loop too.
        await breathe();
        if (!(await this.#gate.pass(next))) {
          this.#end({ kind: 'state', state: 'stopped' });
          return;
        }
      }
      this.#end({ kind: 'state', state: 'completed' });
    } catch (error) {
      this.#end({ kind: 'state', state: 'failed', problem: toProblem(error) });
    }
  }

  #end(telling: Telling): void {
    this.#gate.stop();
    this.#sampler[Symbol.dispose]();
    if (!this.#disposed) this.#sampler = new Sampler(restingHz, () => this.#tick());
    this.tell(telling);
  }

  async #release(): Promise<void> {
    this.#gate.stop();
    this.#interrupt.abort();
    await this.#finished;
    await this.#busy;
    this.#sampler[Symbol.dispose]();
    await this.#releaseRegions();
    this.#owned[Symbol.dispose]();
  }
  /** Once for each region, whoever asks first: a stop or the end of the session. */
  #releaseRegions(): Promise<void> {
    return this.#regions.release((region) => this.tell({ kind: 'released', region }));
  }
}
