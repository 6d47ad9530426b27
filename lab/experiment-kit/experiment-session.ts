import type { Placement } from '../../protocol/experiment.ts';
import type { Language } from '../../protocol/language.ts';
import type { Operation } from '../../protocol/operation.ts';
import { toProblem } from '../../protocol/problem.ts';
import type { Report } from '../../protocol/report.ts';
import type { Reader } from '../../protocol/service.ts';
import { breathe } from '../base/slices.ts';
import { OpenSession, type Telling } from '../session/session.ts';
import type { ControlAction, SessionHandle } from '../session/session-handle.ts';
import type { PreparedExperiment } from './experiment.ts';
import { SessionLab } from './session-lab.ts';
import { Gate } from './step-gate.ts';

/** Looks per second when nothing runs any more: the user may still operate, and the kernel may still reclaim. */
const restingHz = 2;

export interface SessionOptions {
  readonly session: number;
  readonly paused: boolean;
  readonly paceMs: number;
  readonly sampleHz: number;
  readonly version: string;
  readonly placement: Placement;
}

/** A session that runs an experiment: its script passes a gate before each step, which pace, pause and stop act on. */
export class Session implements SessionHandle {
  readonly pid = process.pid;
  readonly #open: OpenSession;
  readonly #gate: Gate;
  readonly #finished: Promise<void>;
  #disposed: Promise<void> | undefined;

  /** Opens the session; the experiment begins on the next turn of the main loop. */
  constructor(experiment: PreparedExperiment, options: SessionOptions, reader: Reader) {
    const { session, version, placement, sampleHz, paused, paceMs } = options;
    const { id, title, values } = experiment;
    const header = { version, experiment: { id, title, parameters: values }, placement, pid: this.pid };
    this.#open = new OpenSession(session, header, sampleHz, reader);
    this.#gate = new Gate(paused, paceMs, (state, next) => {
      this.#open.tell({ kind: 'state', state, ...(next ? { next } : {}) });
    });
    this.#finished = new Promise((resolve) => setImmediate(() => resolve(this.#run(experiment))));
  }

  async control(action: ControlAction): Promise<void> {
    this.#gate[action]();
    if (action !== 'stop') return;
    this.#open.interrupt();
    await this.#finished;
    await this.#open.releaseRegions();
  }

  async pace(paceMs: number): Promise<void> {
    this.#gate.paceMs = paceMs;
  }

  async operate(region: number, operation: Operation): Promise<void> {
    await this.#open.perform(
      { en: `You: ${operation.kind}`, zh: `手动：${operation.kind}` },
      this.#open.regions.get(region),
      operation,
    );
  }

  acknowledge(region: number, sequence: number): void {
    this.#open.acknowledge(region, sequence);
  }

  async report(language: Language): Promise<Report> {
    return this.#open.report(language);
  }

  async program(step?: number): Promise<string> {
    return this.#open.program(step);
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#release();
    return this.#disposed;
  }

  async #run(experiment: PreparedExperiment): Promise<void> {
    const script = experiment.run(new SessionLab(this.#open, experiment.claims));
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
    if (!this.#disposed) this.#open.sampleAt(restingHz);
    this.#open.tell(telling);
  }

  async #release(): Promise<void> {
    this.#gate.stop();
    this.#open.interrupt();
    await this.#finished;
    await this.#open.release();
  }
}
