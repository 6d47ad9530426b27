import { release } from 'node:os';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { Placement } from '../../protocol/experiment.ts';
import { ProblemError, problem, toProblem } from '../../protocol/problem.ts';
import type { Reader, Received, Response, SessionMethod } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import { type Action, maxActions, type RecordedActions, savedWorkbenchId } from '../../protocol/workbench.ts';
import { Slices } from '../base/slices.ts';
import { Progress } from '../session/progress.ts';
import { Session } from '../session/session.ts';
import { type Answers, answerBy, type SessionHandle } from '../session/session-handle.ts';
import { inverseOf } from './inverse.ts';
import { type Doing, type Done, Performer } from './performer.ts';
import { differenceOf, replayClaim } from './replay.ts';
import { workbenchExperiment } from './report-header.ts';
import { actionTitle } from './tool-names.ts';

export interface WorkbenchOptions {
  readonly session: number;
  readonly sampleHz: number;
  readonly version: string;
  readonly placement: Placement;
  readonly recorded?: boolean | undefined;
}

/** A session without a script: what happens in it is what its user asks for, one thing after the other. */
export class Workbench implements SessionHandle {
  readonly pid = process.pid;
  readonly #version: string;
  readonly #open: Session;
  readonly #performer: Performer;
  readonly #actions: Done[] = [];
  readonly #actionOfStep = new Map<number, Action>();
  /** Names that regions were given later. */
  readonly #names = new Map<number, string>();
  /** Ends what is under way, the first, and what waits for it, in the order in which it was asked for. */
  readonly #asked: AbortController[] = [];
  readonly #answers: Answers = {
    addRegion: (request) => this.#addRegion(request),
    renameRegion: (request) => this.#renameRegion(request),
    removeRegion: (request) => this.#removeRegion(request),
    act: (request) => this.#act(request),
    actOnProcess: (request) => this.#actOnProcess(request),
    interrupt: async () => this.#asked[0]?.abort(),
    action: (request) => this.#action(request),
    inverse: (request) => this.#inverse(request),
    save: () => this.#save(),
    shown: async ({ shown }) => this.#open.show(shown),
    report: async ({ language }) => this.#open.report(language),
    program: async ({ step }) => this.#open.program(step),
  };
  #disposed: Promise<void> | undefined;

  constructor({ session, sampleHz, version, placement, recorded }: WorkbenchOptions, reader: Reader) {
    this.#version = version;
    const header = { version, experiment: workbenchExperiment, placement, pid: this.pid };
    this.#open = new Session(session, header, sampleHz, reader, recorded);
    this.#performer = new Performer(this.#open, placement === 'isolated');
  }

  /** Tells that it is open, and does the actions of a saved one, if any, before anything else. */
  begin(actions: RecordedActions = []): void {
    this.#open.tell({ kind: 'state', state: 'open' });
    if (actions.length === 0) return;
    this.#turn((interrupt) => this.#replay(actions, interrupt)).catch((error: unknown) => {
      // Nobody waits for an answer: what goes wrong is told, unless it is that the workbench was closed meanwhile.
      if (!this.#disposed) this.#open.tell({ kind: 'state', state: 'failed', problem: toProblem(error) });
    });
  }

  answer<M extends SessionMethod>(method: M, request: Received<M>): Promise<Response<M>> {
    return answerBy(this.#answers, what, method, request);
  }

  async #addRegion({ region }: Received<'addRegion'>): Promise<Response<'addRegion'>> {
    return this.#turn(async (interrupt) => {
      const id = this.#open.regions.nextId;
      const { result } = await this.#do({ kind: 'add', region }, { interrupt, progress: noProgress });
      return result.errno === null ? { region: id } : {};
    });
  }

  async #renameRegion({ region: id, name }: Received<'renameRegion'>): Promise<void> {
    const region = this.#open.regions.get(id);
    region.name = name;
    this.#names.set(id, name);
    this.#open.tell({ kind: 'region', region: region.info() });
  }

  async #removeRegion({ region }: Received<'removeRegion'>): Promise<void> {
    await this.#turn((interrupt) => this.#do({ kind: 'remove', region }, { interrupt, progress: noProgress }));
  }

  async #act({ region: id, tool, pages }: Received<'act'>): Promise<Response<'act'>> {
    return this.#turn(async (interrupt) => {
      const title = actionTitle(tool, this.#open.regions.get(id), pages);
      const progress = this.#progress(title, 'pages');
      const doing = { interrupt, progress: (done: number, total: number) => progress.at(done, total) };
      try {
        const { step } = await this.#do({ kind: 'act', region: id, tool, pages }, doing);
        return { step };
      } finally {
        progress.end();
      }
    });
  }

  async #actOnProcess({ tool }: Received<'actOnProcess'>): Promise<Response<'actOnProcess'>> {
    return this.#turn(async (interrupt) => {
      const { step } = await this.#do({ kind: 'process', tool }, { interrupt, progress: noProgress });
      return { step };
    });
  }

  async #action({ step }: Received<'action'>): Promise<Response<'action'>> {
    const action = this.#actionOfStep.get(step);
    return action ? { action } : {};
  }

  async #inverse({ step }: Received<'inverse'>): Promise<Response<'inverse'>> {
    const past = this.#performer.past.get(step);
    if (past) return inverseOf(past, this.#open.regions.get(past.region));
    return { actions: [], note: step < this.#open.steps ? noAction : notTaken };
  }

  async #save(): Promise<Response<'save'>> {
    if (this.#actions.length > maxActions) {
      throw problem(
        'bad-input',
        `This workbench has ${this.#actions.length} actions, and ${maxActions} is the most that can be saved; open a new one.`,
        `此工作台已有 ${this.#actions.length} 个操作，最多可保存 ${maxActions} 个；请打开一个新的工作台。`,
      );
    }
    return {
      schema: savedWorkbenchId,
      pagescope: this.#version,
      savedAt: new Date().toISOString(),
      kernel: release(),
      pageSize: pageSize(),
      actions: this.#recorded(),
    };
  }

  /**
   * The actions, with the names that their regions have now. The number of a region is that of its action among those
   * that add one.
   */
  #recorded(): RecordedActions {
    let added = 0;
    return this.#actions.map(({ action, result }) => {
      const name = action.kind === 'add' ? this.#names.get(++added) : undefined;
      if (action.kind !== 'add' || name === undefined) return { action, result };
      return { action: { ...action, region: { ...action.region, name } }, result };
    });
  }

  acknowledge(region: number, sequence: number): void {
    this.#open.acknowledge(region, sequence);
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#release();
    return this.#disposed;
  }

  async #release(): Promise<void> {
    this.#asked[0]?.abort();
    this.#open.interrupt();
    await this.#open.release();
  }

  /** One thing at a time. What waits when the workbench is closed is not done any more. */
  #turn<T>(what: (interrupt: AbortSignal) => Promise<T>): Promise<T> {
    const interrupt = new AbortController();
    this.#asked.push(interrupt);
    return this.#open.inTurn(async () => {
      try {
        if (this.#disposed) throw problem('gone', 'This workbench was closed.', '此工作台已关闭。');
        return await what(interrupt.signal);
      } finally {
        this.#asked.shift();
      }
    });
  }

  async #do(action: Action, doing: Doing): Promise<Done> {
    return this.#keep(await this.#performer.perform(action, doing));
  }

  #keep(done: Done): Done {
    this.#actions.push(done);
    this.#actionOfStep.set(done.step, done.action);
    const { action, result } = done;
    if (this.#open.recorded) this.#open.tell({ kind: 'action', action, result });
    return done;
  }

  async #replay(actions: RecordedActions, interrupt: AbortSignal): Promise<void> {
    const progress = this.#progress(replayTitle, 'actions');
    let compared = 0;
    let same = 0;
    let done = 0;
    const slices = new Slices();
    for (const { action, result: saved } of actions) {
      if (slices.over) {
        await slices.next();
        progress.at(done, actions.length);
      }
      await this.#open.readerKeepsUp();
      if (interrupt.aborted) break;
      const differs = await this.#redo(action, saved, interrupt);
      done++;
      if (saved) compared++;
      if (saved && !differs) same++;
    }
    progress.end();
    if (compared === 0) return;
    const endedAfter = done < actions.length ? done : undefined;
    this.#open.tell({ kind: 'claim', claim: replayClaim(compared, same, endedAfter, actions.length) });
  }

  /** Does an action again; whether its result differs from the saved one. */
  async #redo(action: Action, saved: RecordedActions[number]['result'], interrupt: AbortSignal): Promise<boolean> {
    let difference: Text | undefined;
    const remark: Doing['remark'] = (result) => {
      difference = saved && differenceOf(saved, result);
      return difference;
    };
    try {
      await this.#do(action, { interrupt, progress: noProgress, remark });
      return difference !== undefined;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.#keep(this.#performer.refuse(action, toProblem(error).text));
      return true;
    }
  }

  #progress(title: Text, unit: 'pages' | 'actions'): Progress {
    return new Progress((event) => this.#open.tell(event), title, unit);
  }
}

const what: Text = { en: 'This session is a workbench, which has no script', zh: '此会话是没有脚本的工作台' };

const noProgress = (): void => {};

const replayTitle: Text = { en: 'Do the saved actions again', zh: '重做已保存的操作' };

const noAction: Text = {
  en: 'This step can’t be undone; to undo a map, unmap the region.',
  zh: '此步无法撤销；若不再需要，请解除该区域的映射。',
};
const notTaken: Text = { en: 'There is no such step yet.', zh: '还没有这一步。' };
