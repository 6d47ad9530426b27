import type { Placement } from '../protocol/experiment.ts';
import { ProblemError, problem } from '../protocol/problem.ts';
import type { HostInfo, Reader, Received, Service, Started } from '../protocol/service.ts';
import type { Budget } from './budget.ts';
import { catalogue, findExperiment } from './catalogue.ts';
import { environment } from './environment.ts';
import type { PreparedExperiment } from './experiment.ts';
import type { IsolatedProcess } from './isolated-session.ts';
import { Session } from './session.ts';
import type { SessionHandle } from './session-handle.ts';

/**
 * Looking at more than this in the host's own process would hold its main loop up; it gets a process of its own. A look through smaps is
 * the dearest piece: 9 to 18 ms with 256 MiB resident, 3 to 5 ms with this much (npm run bench, main-loop).
 */
const maxInlineBytes = 64 * 1024 * 1024;

/** Sessions that one reader may have open: more than a person looks at, too few to fill the machine with processes. */
const maxSessions = 16;

/** What an engine needs to know of, and from, the program that it runs in. */
export interface Host {
  readonly kind: HostInfo['kind'];
  readonly version: string;
  readonly can: HostInfo['can'];
  /** Shared by all readers of this host. */
  readonly budget: Budget;
  /** Starts a process that serves an engine of its own. Without it sessions are inline, and what needs isolation is refused. */
  readonly spawnIsolated?: () => Promise<IsolatedProcess>;
}

interface Opened {
  readonly handle: SessionHandle;
  readonly room: Disposable;
  /** Set when it is being closed; it is forgotten when that is done. */
  closing?: Promise<void>;
}

/** One engine for one reader: its sessions, by number. Ends them all when it is disposed of. */
export function createService(host: Host, reader: Reader): Service {
  const sessions = new Map<number, Opened>();
  const opening = new Set<Promise<Started>>();
  let lastSession = 0;
  let roomTaken = 0;
  let disposed = false;

  const find = (session: number): SessionHandle => {
    const opened = sessions.get(session);
    if (!opened || opened.closing) throw problem('gone', `Session ${session} is not open.`, `会话 ${session} 未打开。`);
    return opened.handle;
  };

  /** Room for one more session and the memory that it commits; dispose of it to give both back. */
  const takeRoom = (experiment: PreparedExperiment): Disposable => {
    checkRoom(disposed, roomTaken);
    const memory = host.budget.take(experiment.commitsBytes, experiment.title);
    roomTaken++;
    return {
      [Symbol.dispose]: () => {
        roomTaken--;
        memory[Symbol.dispose]();
      },
    };
  };

  const start = async (request: Received<'start'>, signal: AbortSignal): Promise<Started> => {
    const experiment = findExperiment(request.experiment).prepare(request.parameters);
    const placement = place(experiment, request.placement, host);
    // Only an isolated engine is told the number: it has one session, and its host has counted.
    const session = host.kind === 'isolated' ? (request.session ?? 1) : ++lastSession;
    const room = takeRoom(experiment);
    let opened: Opened | undefined;
    try {
      const { handle, begin } = await open(host, experiment, placement, { ...request, session }, reader);
      // Before it has started: its events come first, and the reader answers them.
      opened = { handle, room };
      sessions.set(session, opened);
      await begin();
      if (disposed || signal.aborted) throw cancelled();
      return { session, placement, pid: handle.pid, parameters: experiment.values };
    } catch (error) {
      if (!opened) room[Symbol.dispose]();
      const closing = opened?.closing !== undefined;
      await close(session);
      throw closing ? cancelled() : error;
    }
  };

  const startCounted = async (request: Received<'start'>, signal: AbortSignal): Promise<Started> => {
    const started = start(request, signal);
    opening.add(started);
    try {
      return await started;
    } finally {
      opening.delete(started);
    }
  };

  const end = async (session: number, { handle, room }: Opened): Promise<void> => {
    try {
      await handle.dispose();
    } finally {
      room[Symbol.dispose]();
      sessions.delete(session);
    }
  };

  const close = async (session: number): Promise<void> => {
    const opened = sessions.get(session);
    if (!opened) return;
    opened.closing ??= end(session, opened);
    await opened.closing;
  };

  return {
    host: async () => ({
      kind: host.kind,
      version: host.version,
      pid: process.pid,
      environment: environment(),
      budgetBytes: host.budget.totalBytes,
      can: host.can,
    }),
    limits: async () => (await import('./limits.ts')).limits(),
    experiments: async () => catalogue.map((experiment) => experiment.descriptor()),
    start: startCounted,
    control: async ({ session, action }) => find(session).control(action),
    pace: async ({ session, paceMs }) => find(session).pace(paceMs),
    operate: async ({ session, region, operation }) => find(session).operate(region, operation),
    workbench: notBuiltYet,
    addRegion: notBuiltYet,
    renameRegion: notBuiltYet,
    removeRegion: notBuiltYet,
    act: notBuiltYet,
    actOnProcess: notBuiltYet,
    interrupt: notBuiltYet,
    deed: notBuiltYet,
    inverse: notBuiltYet,
    save: notBuiltYet,
    report: async ({ session, language }) => find(session).report(language),
    program: async ({ session }) => find(session).program(),
    close: async ({ session }) => close(session),
    acknowledge: ({ session, region, sequence }) => sessions.get(session)?.handle.acknowledge(region, sequence),
    dispose: async () => {
      disposed = true;
      await Promise.all([...sessions.keys()].map(close));
      await Promise.allSettled(opening);
    },
  };
}

// The workbench is being built: `lab/workbench/` brings these.
async function notBuiltYet(): Promise<never> {
  throw problem('cannot-run-here', 'The workbench is not built yet.', '工作台尚未完成。');
}

function cancelled(): ProblemError {
  return problem('cancelled', 'The session was cancelled while it was opened.', '会话在打开过程中被取消。');
}

function checkRoom(disposed: boolean, sessions: number): void {
  if (disposed) throw problem('gone', 'This engine has been closed; connect again.', '引擎已关闭，请重新连接。');
  if (sessions >= maxSessions) {
    throw problem(
      'bad-input',
      `${sessions} sessions are open, which is the most for one window; close one first.`,
      `已打开 ${sessions} 个会话，达到单个窗口的上限；请先关闭一个。`,
    );
  }
}

/** Where it runs: as asked for, as the experiment needs, or isolated because it is large. */
function place(experiment: PreparedExperiment, asked: Placement | undefined, host: Host): Placement {
  const needed = experiment.placement === 'isolated' || asked === 'isolated';
  if (host.kind === 'isolated') return 'inline';
  if (!host.spawnIsolated) {
    if (!needed) return 'inline';
    throw problem(
      'cannot-run-here',
      `${experiment.id} is to run isolated, and this host cannot start a process for it.`,
      `${experiment.id} 需要在独立进程中运行，而当前宿主无法启动独立进程。`,
    );
  }
  return needed || experiment.mapsBytes > maxInlineBytes ? 'isolated' : 'inline';
}

/** A session to be started: its handle, and what lets it begin. */
interface Opening {
  readonly handle: SessionHandle;
  begin(): Promise<void>;
}

async function open(
  host: Host,
  experiment: PreparedExperiment,
  placement: Placement,
  request: Received<'start'> & { session: number },
  reader: Reader,
): Promise<Opening> {
  const { session, paused, paceMs, sampleHz } = request;
  const { version } = host;
  if (placement === 'inline' || !host.spawnIsolated) {
    const where = host.kind === 'isolated' ? 'isolated' : 'inline';
    const options = { session, paused, paceMs, sampleHz, version, placement: where } as const;
    return { handle: new Session(experiment, options, reader), begin: async () => {} };
  }
  const { id, title, values } = experiment;
  const header = { version, experiment: { id, title, parameters: values }, placement };
  // Loaded when it is wanted: it brings the whole wire protocol with it, which `pagescope run` does without.
  const { IsolatedSession } = await import('./isolated-session.ts');
  let child: IsolatedProcess;
  try {
    child = await host.spawnIsolated();
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw problem(
      'cannot-run-here',
      `The process that ${experiment.id} runs in could not be started: ${why}. Free some memory or processes, or install Pagescope again.`,
      `无法启动 ${experiment.id} 所需的独立进程：${why}。请释放一些内存或进程，或重新安装 Pagescope。`,
      { cause },
    );
  }
  const handle = new IsolatedSession(session, child, header, reader);
  return { handle, begin: () => handle.start(request) };
}
