import type { SessionEvent } from '../../protocol/events.ts';
import { decodeFrame, FrameError } from '../../protocol/frame.ts';
import { PageStates } from '../../protocol/page-states.ts';
import { type Problem, ProblemError, problem } from '../../protocol/problem.ts';
import { type Client, connect } from '../../protocol/rpc.ts';
import type { Method, Reader, Received, Request, Response, SessionMethod } from '../../protocol/service.ts';
import { environment } from '../limits/environment.ts';
import { betweenSteps } from '../regions/observer.ts';
import type { SessionHandle } from '../session/session-handle.ts';
import { Transcript, type TranscriptHeader } from '../session/transcript.ts';
import { childrenOf } from './child-processes.ts';
import type { IsolatedProcess, ProcessEnd } from './isolated-process.ts';
import { unlessStopped } from './stopped.ts';
import { sweepCores } from './sweep-leftovers.ts';

/**
 * A session in its own process. The same engine runs there; here its events and frames are passed on and kept, so
 * that a process that dies leaves everything that it showed.
 */
export class IsolatedSession implements SessionHandle {
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

  /**
   * Opens the session in the child: an experiment's, a workbench, another process's or a recording. Throws the child's
   * own problem, or how it died; the caller disposes of the session then.
   */
  async open<M extends 'start' | 'workbench' | 'attach' | 'reopen'>(
    method: M,
    request: Received<M>,
  ): Promise<Response<M>> {
    const answer = await this.#ask(method, { ...request, session: this.#session });
    this.#started = true;
    return answer;
  }

  /** The child's own answer; after its death, or while it is stopped, a report of all that it showed. */
  async answer<M extends SessionMethod>(method: M, request: Received<M>): Promise<Response<M>> {
    try {
      const answer = await unlessStopped(this.pid, this.#ask(method, request));
      if (answer !== 'stopped') return answer;
      if (method !== 'report') throw standsStill(this.pid);
    } catch (error) {
      if (!this.#death || method !== 'report') throw error;
    }
    const { language } = request as Received<'report'>;
    return this.#transcript.report(environment(), language) as Response<M>;
  }

  acknowledge(region: number, sequence: number): void {
    this.#client.acknowledge({ session: this.#session, region, sequence });
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

  /** A request to the child. When it has ended, or ends before it answers, the problem is how it ended. */
  async #ask<M extends Method>(method: M, request: Received<M>): Promise<Response<M>> {
    if (this.#death) throw new ProblemError(this.#death);
    try {
      // What was validated may be sent on; TypeScript cannot follow that for any method.
      return await this.#client.call(method, request as Request<M>);
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

  async #died(end: ProcessEnd): Promise<void> {
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

/** It may have ended in between. */
function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function standsStill(pid: number): ProblemError {
  return problem(
    'gone',
    `The isolated process ${pid} is stopped, by a signal or a debugger, and cannot answer: let it go on (kill -CONT ${pid}), or close this session.`,
    `独立进程 ${pid} 已被信号或调试器停止，无法响应：请让它继续（kill -CONT ${pid}），或关闭此会话。`,
  );
}

function death(pid: number, { code, signal }: ProcessEnd): Problem {
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
