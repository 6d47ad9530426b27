import { readFileSync } from 'node:fs';
import { Budget } from '../../lab/service/budget.ts';
import type { Host } from '../../lab/service/host.ts';
import { createService } from '../../lab/service/service.ts';
import type { RegionInfo, SessionEvent } from '../../protocol/events.ts';
import { decodeFrame } from '../../protocol/frame.ts';
import { PageStates } from '../../protocol/page-states.ts';
import { type Problem, ProblemError } from '../../protocol/problem.ts';
import type { Started, StartRequest } from '../../protocol/service.ts';
import { startRequestSchema } from '../../protocol/service.ts';
import { type EveryMethod, everyMethod } from './every-method.ts';
import { inTime } from './in-time.ts';

/** Every session of these tests may commit this much. */
export const testBudgetBytes = 2 * 1024 ** 3;

type EventOf<K extends SessionEvent['kind']> = Extract<SessionEvent, { kind: K }>;

/** A reader that keeps all it is told, draws every frame at once, and lets a test wait for what comes. */
export class TestReader {
  readonly events: SessionEvent[] = [];
  readonly states = new Map<number, PageStates>();
  frames = 0;
  frameBytes = 0;
  acknowledge: ((session: number, region: number, sequence: number) => void) | undefined;
  #waiting: (() => void)[] = [];

  event(event: SessionEvent): void {
    this.events.push(event);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  frame(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    this.frames++;
    this.frameBytes += bytes.byteLength;
    const states = this.states.get(frame.region) ?? new PageStates();
    this.states.set(frame.region, states);
    states.apply(frame);
    this.acknowledge?.(frame.session, frame.region, frame.sequence);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  of<K extends SessionEvent['kind']>(kind: K): EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> => event.kind === kind);
  }

  /**
   * Resolves when the condition is true, which is looked at after every event and frame. @param what the condition is,
   * in words
   */
  async until(condition: () => boolean, what = String(condition)): Promise<void> {
    const come = async () => {
      while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    };
    await inTime(come(), () => `${what}; told were ${this.events.length} events, the last: ${this.#lastTold()}`);
  }

  #lastTold(): string {
    const last = this.events.slice(-3).map((event) => JSON.stringify(event).slice(0, 200));
    return [...last, `${this.frames} frames`].join(', ');
  }

  /** Resolves when the newest state (of this session, where one is named) is this one; fails when the session does. */
  async state(state: EventOf<'state'>['state'], session?: number): Promise<void> {
    const newest = () => this.of('state').findLast((event) => session === undefined || event.session === session);
    await this.until(() => newest()?.state === state || newest()?.state === 'failed', `the session is ${state}`);
    const problem = newest()?.problem;
    if (newest()?.state !== state) throw new Error(`The session failed: ${problem?.text.en ?? 'it did not say why'}`);
  }

  /** Resolves when so many steps were taken and the session waits before the next. */
  async pausedAfter(steps: number): Promise<void> {
    await this.until(() => {
      const told = this.events.filter(({ kind }) => kind === 'step' || kind === 'state').at(-1);
      return this.of('step').length === steps && told?.kind === 'state' && told.next !== undefined;
    }, `paused after step ${steps}`);
  }
}

/** An engine of this process with its reader; dispose of it to release everything. */
export class TestLab implements AsyncDisposable {
  readonly reader = new TestReader();
  readonly service: EveryMethod;

  constructor(spawnIsolated?: Host['spawnIsolated'], budget = new Budget(testBudgetBytes), record?: Host['record']) {
    const host: Host = {
      kind: 'cli',
      version: '0.0.0',
      budget,
      ...(spawnIsolated ? { spawnIsolated } : {}),
      ...(record ? { record } : {}),
    };
    this.service = everyMethod(createService(host, this.reader));
    this.reader.acknowledge = (session, region, sequence) => this.service.acknowledge({ session, region, sequence });
  }

  start(request: StartRequest | Parameters<typeof startRequestSchema.parse>[0]): Promise<Started> {
    return this.service.start(startRequestSchema.parse(request), new AbortController().signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.dispose();
  }
}

/** Whether `/proc/PID/maps` lists this very mapping. Odd lengths keep others from being mistaken for it. */
export function isMapped(region: RegionInfo, pid: number | 'self' = 'self'): boolean {
  const start = BigInt(region.address);
  const bounds = `${start.toString(16)}-${(start + BigInt(region.length)).toString(16)} `;
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .some((line) => line.startsWith(bounds));
}

/** PF_EXITING of proc_pid_stat(5): the process is on its way out and runs no more of its own. */
const exiting = 4;

/** Whether the process runs. One that is ending, or a zombie that waits for its parent, does not. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , , , , , flags] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state !== 'Z' && (Number(flags) & exiting) === 0;
  } catch {
    return false;
  }
}

/** The problem that a promise is rejected with; fails when it is not, or not with a problem. */
export async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error: unknown = await promise.then(
    (value) => new Error(`it succeeded with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ProblemError) return error.problem;
  throw error;
}

/** The signal that a test passes where it never aborts. */
export const never = new AbortController().signal;
