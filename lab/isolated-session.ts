import type { SessionEvent } from '../protocol/events.ts';
import { decodeFrame } from '../protocol/frame.ts';
import type { Operation } from '../protocol/operation.ts';
import { PageStates } from '../protocol/page-states.ts';
import type { Report } from '../protocol/report.ts';
import { type Client, connect } from '../protocol/rpc.ts';
import type { Reader, Received } from '../protocol/service.ts';
import type { Language } from '../protocol/text.ts';
import type { Wire } from '../protocol/wire.ts';
import { environment } from './environment.ts';
import { problem } from './problems.ts';
import type { ControlAction, SessionHandle } from './session-handle.ts';
import { Transcript, type TranscriptHeader } from './transcript.ts';

/** A process of its own that serves one engine. How it is started is the host's affair. */
export interface IsolatedProcess {
  readonly wire: Wire;
  readonly pid: number;
  /** Resolves when it has ended, however that came. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** SIGKILL. */
  kill(): void;
}

/**
 * A session in a process of its own. The same engine runs there; here its events and frames are passed on and kept, so that a process
 * that dies leaves everything that it showed.
 */
export class IsolatedSession implements SessionHandle {
  readonly pid: number;
  readonly #session: number;
  readonly #process: IsolatedProcess;
  readonly #reader: Reader;
  readonly #client: Client;
  readonly #transcript: Transcript;
  readonly #states = new Map<number, PageStates>();
  #ended = false;
  #death: { code: number | null; signal: string | null } | undefined;
  #disposed: Promise<void> | undefined;

  private constructor(session: number, child: IsolatedProcess, header: Omit<TranscriptHeader, 'pid'>, reader: Reader) {
    this.pid = child.pid;
    this.#session = session;
    this.#process = child;
    this.#reader = reader;
    this.#transcript = new Transcript({ ...header, pid: child.pid });
    this.#client = connect(child.wire, {
      event: (event) => this.#passEvent(event),
      frame: (bytes) => this.#passFrame(bytes),
    });
    void child.exited.then((death) => this.#died(death));
  }

  /** Starts the experiment in the child. When that fails the child is ended and the child's own problem is thrown. */
  static async start(
    session: number,
    child: IsolatedProcess,
    header: Omit<TranscriptHeader, 'pid'>,
    request: Received<'start'>,
    reader: Reader,
  ): Promise<IsolatedSession> {
    const isolated = new IsolatedSession(session, child, header, reader);
    try {
      await isolated.#client.call('start', { ...request, session });
      return isolated;
    } catch (error) {
      await isolated.dispose();
      throw error;
    }
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
    if (this.#death) return this.#transcript.report(environment(), language);
    return this.#client.call('report', { session: this.#session, language });
  }

  async program(): Promise<string> {
    return this.#call(() => this.#client.call('program', { session: this.#session }));
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#end();
    return this.#disposed;
  }

  /** The kernel releases what a process had; ending it is the surest release, and no wait for a busy child. */
  async #end(): Promise<void> {
    this.#ended = true;
    this.#process.kill();
    await this.#process.exited;
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    if (this.#death) {
      throw problem(
        'gone',
        'The isolated process of this session has ended; run the experiment again.',
        '本会话的独立进程已结束；请重新运行实验。',
      );
    }
    return call();
  }

  #passEvent(event: SessionEvent): void {
    this.#transcript.add(event);
    this.#reader.event(event);
  }

  #passFrame(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    const states = this.#states.get(frame.region) ?? new PageStates();
    this.#states.set(frame.region, states);
    states.apply(frame);
    if (frame.step >= 0) this.#transcript.addSnapshot(frame.step, frame.region, frame.takenNs, states.flags);
    this.#reader.frame(bytes);
  }

  #died(death: { code: number | null; signal: string | null }): void {
    this.#death = death;
    if (this.#ended) return;
    const { signal, code } = death;
    const how = signal ?? `exit status ${code}`;
    const howZh = signal ? `收到信号 ${signal}` : `退出状态 ${code}`;
    this.#passEvent({
      kind: 'state',
      session: this.#session,
      state: 'failed',
      problem: {
        kind: 'died',
        text: {
          en: `The isolated process ${this.pid} ended (${how}); what it showed until then is kept.`,
          zh: `独立进程 ${this.pid} 已结束（${howZh}）；此前显示的内容均已保留。`,
        },
        ...(signal ? { signal } : {}),
      },
    });
  }
}
