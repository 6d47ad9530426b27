import type { SessionEvent } from '../../protocol/events.ts';
import { decodeFrame, FrameError } from '../../protocol/frame.ts';
import type { Language } from '../../protocol/language.ts';
import type { Operation } from '../../protocol/operation.ts';
import { PageStates } from '../../protocol/page-states.ts';
import { type Problem, ProblemError } from '../../protocol/problem.ts';
import type { Report } from '../../protocol/report.ts';
import { type Client, connect } from '../../protocol/rpc.ts';
import type { Reader, Received, Response } from '../../protocol/service.ts';
import { environment } from '../limits/environment.ts';
import { betweenSteps } from '../regions/observer.ts';
import type { ControlAction } from '../session/session-handle.ts';
import { Transcript, type TranscriptHeader } from '../session/transcript.ts';
import type { WorkbenchHandle } from '../session/workbench-handle.ts';
import { childrenOf } from './child-processes.ts';
import type { Ended, IsolatedProcess } from './isolated-process.ts';

/**
 * A session in a process of its own. The same engine runs there; here its events and frames are passed on and kept, so that a process
 * that dies leaves everything that it showed.
 */
export class IsolatedSession implements WorkbenchHandle {
  readonly pid: number;
  readonly #session: number;
  readonly #process: IsolatedProcess;
  readonly #reader: Reader;
  readonly #client: Client;
  readonly #transcript: Transcript;
  readonly #states = new Map<number, PageStates>();
  readonly #regions = new Set<number>();
  #lastStep = betweenSteps;
  #started = false;
  #ended = false;
  #wireOpen = true;
  /** Why the session is over, when its process ended by itself. */
  #death: Problem | undefined;
  #disposed: Promise<void> | undefined;

  /** Takes the child over; nothing is asked of it yet. */
  constructor(session: number, child: IsolatedProcess, header: Omit<TranscriptHeader, 'pid'>, reader: Reader) {
    this.pid = child.pid;
    this.#session = session;
    this.#process = child;
    this.#reader = reader;
    this.#transcript = new Transcript({ ...header, pid: child.pid });
    this.#client = connect(child.wire, {
      event: (event) => this.#passEvent(event),
      frame: (bytes) => this.#passFrame(bytes),
    });
    child.wire.onClose(() => {
      this.#wireOpen = false;
    });
    void child.exited.then((end) => this.#died(end));
  }

  /** Starts the experiment in the child. Throws the child's own problem, or how it died. The caller disposes of the session then. */
  async start(request: Received<'start'>): Promise<void> {
    await this.#call(() => this.#client.call('start', { ...request, session: this.#session }));
    this.#started = true;
  }

  /** Opens a workbench in the child instead. Throws like `start`. */
  async openWorkbench(request: Received<'workbench'>): Promise<void> {
    await this.#call(() => this.#client.call('workbench', { ...request, session: this.#session }));
    this.#started = true;
  }

  addRegion(request: Received<'addRegion'>): Promise<Response<'addRegion'>> {
    return this.#call(() => this.#client.call('addRegion', request));
  }

  renameRegion(request: Received<'renameRegion'>): Promise<void> {
    return this.#call(() => this.#client.call('renameRegion', request));
  }

  removeRegion(request: Received<'removeRegion'>): Promise<void> {
    return this.#call(() => this.#client.call('removeRegion', request));
  }

  act(request: Received<'act'>): Promise<Response<'act'>> {
    return this.#call(() => this.#client.call('act', request));
  }

  actOnProcess(request: Received<'actOnProcess'>): Promise<Response<'actOnProcess'>> {
    return this.#call(() => this.#client.call('actOnProcess', request));
  }

  interrupt(request: Received<'interrupt'>): Promise<void> {
    return this.#call(() => this.#client.call('interrupt', request));
  }

  deed(request: Received<'deed'>): Promise<Response<'deed'>> {
    return this.#call(() => this.#client.call('deed', request));
  }

  inverse(request: Received<'inverse'>): Promise<Response<'inverse'>> {
    return this.#call(() => this.#client.call('inverse', request));
  }

  save(request: Received<'save'>): Promise<Response<'save'>> {
    return this.#call(() => this.#client.call('save', request));
  }

  async control(action: ControlAction): Promise<void> {
    await this.#call(() => this.#client.call('control', { session: this.#session, action }));
  }

  async pace(paceMs: number): Promise<void> {
    await this.#call(() => this.#client.call('pace', { session: this.#session, paceMs }));
  }

  async operate(region: number, operation: Operation): Promise<void> {
    await this.#call(() => this.#client.call('operate', { session: this.#session, region, operation }));
  }

  acknowledge(region: number, sequence: number): void {
    this.#client.acknowledge({ session: this.#session, region, sequence });
  }

  /** The child's own report; after its death, one of all that it showed. */
  async report(language: Language): Promise<Report> {
    try {
      return await this.#call(() => this.#client.call('report', { session: this.#session, language }));
    } catch (error) {
      if (!this.#death) throw error;
      return this.#transcript.report(environment(), language);
    }
  }

  async program(step?: number): Promise<string> {
    const only = step === undefined ? {} : { step };
    return this.#call(() => this.#client.call('program', { session: this.#session, ...only }));
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#end();
    return this.#disposed;
  }

  /** The kernel releases what a process had; ending it is the surest release, and no wait for a busy child. */
  async #end(): Promise<void> {
    this.#ended = true;
    // What an experiment forked outlives its parent otherwise: nobody in there is asked to tidy up.
    const forked = childrenOf(this.pid);
    this.#process.kill();
    for (const pid of forked) killQuietly(pid);
    await this.#process.exited;
    await sweepCores();
    for (const region of this.#regions) this.#passEvent({ kind: 'released', session: this.#session, region });
  }

  /** A call to the child. When it has ended, or ends before it answers, the problem is how it ended. */
  async #call<T>(call: () => Promise<T>): Promise<T> {
    if (this.#death) throw new ProblemError(this.#death);
    try {
      return await call();
    } catch (error) {
      if (this.#wireOpen || this.#ended) throw error;
      await this.#process.exited;
      throw this.#death ? new ProblemError(this.#death) : error;
    }
  }

  #passEvent(event: SessionEvent): void {
    if (event.kind === 'region') this.#regions.add(event.region.id);
    if (event.kind === 'released') this.#forget(event.region);
    if (event.kind === 'step') this.#lastStep = event.step.index;
    this.#transcript.add(event);
    this.#reader.event(event);
  }

  /** It is gone before the session is. */
  #forget(region: number): void {
    this.#regions.delete(region);
    this.#states.delete(region);
  }

  #passFrame(bytes: Uint8Array): void {
    try {
      const frame = decodeFrame(bytes);
      const states = this.#states.get(frame.region) ?? new PageStates();
      this.#states.set(frame.region, states);
      states.apply(frame);
      // First to the reader, who waits for it; what is kept of a million pages takes milliseconds.
      this.#reader.frame(bytes);
      const { step, region, takenNs, unknown } = frame;
      if (step >= 0) this.#transcript.addSnapshot(step, region, { flags: states.flags, takenNs, unknown });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#death ??= brokenFrame(this.pid, error.message);
      this.#process.kill();
    }
  }

  /** The last that was seen of each region goes into the report, also when it was seen between two steps. */
  #keepLastStates(): void {
    for (const [region, { last, flags }] of this.#states) {
      if (last?.step === betweenSteps && this.#lastStep >= 0) {
        this.#transcript.addSnapshot(this.#lastStep, region, { flags, takenNs: last.takenNs, unknown: last.unknown });
      }
    }
  }

  async #died(end: Ended): Promise<void> {
    if (this.#ended) return;
    this.#death ??= death(this.pid, end);
    await sweepCores();
    if (this.#ended) return;
    // Before it has started, the problem is the answer to the request.
    if (!this.#started) return;
    this.#keepLastStates();
    this.#passEvent({ kind: 'state', session: this.#session, state: 'failed', problem: this.#death });
  }
}

/** Deletes the core files that a process which was killed had no time to delete. */
async function sweepCores(): Promise<void> {
  const { sweep } = await import('../core-file/core-folder.ts');
  await sweep();
}

/** It may have ended in between. */
function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function death(pid: number, { code, signal }: Ended): Problem {
  const how = signal ?? `exit status ${code}`;
  const howZh = signal ? `收到信号 ${signal}` : `退出状态 ${code}`;
  return {
    kind: 'died',
    text: {
      en: `The isolated process ${pid} ended (${how}); what it showed until then is kept, open a new session to go on.`,
      zh: `独立进程 ${pid} 已结束（${howZh}）；此前显示的内容均已保留，如需继续请打开新的会话。`,
    },
    ...(signal ? { signal } : {}),
  };
}

function brokenFrame(pid: number, why: string): Problem {
  return {
    kind: 'internal',
    text: {
      en: `The isolated process ${pid} sent page states that cannot be read and was ended: ${why} Open a new session.`,
      zh: `独立进程 ${pid} 发来的页面状态无法读取，已将其结束：${why} 请打开新的会话。`,
    },
  };
}
