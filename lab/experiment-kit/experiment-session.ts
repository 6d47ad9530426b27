import type { Placement } from '../../protocol/experiment.ts';
import { toProblem } from '../../protocol/problem.ts';
import type { Reader, Received, Response, SessionMethod } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import { breathe } from '../base/slices.ts';
import { Session, type Telling } from '../session/session.ts';
import { type Answers, answerBy, type SessionHandle } from '../session/session-handle.ts';
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
  readonly recorded?: boolean | undefined;
}

const what: Text = { en: 'This session runs an experiment', zh: '此会话运行的是实验' };

/** A session that runs an experiment: its script passes a gate before each step, which pace, pause and stop act on. */
export class ExperimentSession implements SessionHandle {
  readonly pid = process.pid;
  readonly #open: Session;
  readonly #gate: Gate;
  readonly #finished: Promise<void>;
  readonly #answers: Answers = {
    control: (request) => this.#control(request),
    pace: async ({ paceMs }) => {
      this.#gate.paceMs = paceMs;
    },
    shown: async ({ shown }) => this.#open.show(shown),
    report: async ({ language }) => this.#open.report(language),
    program: async ({ step }) => this.#open.program(step),
  };
  #disposed: Promise<void> | undefined;

  /** Opens the session; the experiment begins on the next turn of the main loop. */
  constructor(experiment: PreparedExperiment, options: SessionOptions, reader: Reader) {
    const { session, version, placement, sampleHz, paused, paceMs, recorded } = options;
    const { id, title, values } = experiment;
    const header = { version, experiment: { id, title, parameters: values }, placement, pid: this.pid };
    this.#open = new Session(session, header, sampleHz, reader, recorded);
    this.#gate = new Gate(paused, paceMs, (state, next) => {
      this.#open.tell({ kind: 'state', state, ...(next ? { next } : {}) });
    });
    this.#finished = new Promise((resolve) => setImmediate(() => resolve(this.#run(experiment))));
  }

  answer<M extends SessionMethod>(method: M, request: Received<M>): Promise<Response<M>> {
    return answerBy(this.#answers, what, method, request);
  }

  acknowledge(region: number, sequence: number): void {
    this.#open.acknowledge(region, sequence);
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#release();
    return this.#disposed;
  }

  async #control({ action }: Received<'control'>): Promise<void> {
    this.#gate[action]();
    if (action !== 'stop') return;
    this.#open.interrupt();
    await this.#finished;
    await this.#open.releaseRegions();
  }

  async #run(experiment: PreparedExperiment): Promise<void> {
    const script = experiment.run(new SessionLab(this.#open, experiment.claims));
    try {
      for await (const next of script) {
        // Without a pace a step follows the other at once; others wait for this main loop too.
        await breathe();
        // The pace is for watching: until pages were acted on there is nothing to watch.
        if (!(await this.#gate.pass(next, !this.#open.acted))) {
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
