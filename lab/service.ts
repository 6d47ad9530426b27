import type { Placement } from '../protocol/experiment.ts';
import { ProblemError } from '../protocol/problem.ts';
import type { HostInfo, Reader, Received, Service, Started } from '../protocol/service.ts';
import type { Budget } from './budget.ts';
import { catalogue, findExperiment } from './catalogue.ts';
import { environment } from './environment.ts';
import type { PreparedExperiment } from './experiment.ts';
import { type IsolatedProcess, IsolatedSession } from './isolated-session.ts';
import { problem } from './problems.ts';
import { Session } from './session.ts';
import type { SessionHandle } from './session-handle.ts';

/** Committing more than this in the host's own process would hold its main loop up; it gets a process of its own. */
export const maxInlineBytes = 256 * 1024 * 1024;

/** What an engine needs to know of, and from, the program that it runs in. */
export interface Host {
  readonly kind: HostInfo['kind'];
  readonly version: string;
  readonly can: HostInfo['can'];
  /** Shared by all readers of this host. */
  readonly budget: Budget;
  /** Starts a process that serves an engine of its own. Without it every session is inline. */
  readonly spawnIsolated?: () => Promise<IsolatedProcess>;
}

interface Opened {
  readonly handle: SessionHandle;
  readonly memory: Disposable;
}

/** One engine for one reader: its sessions, by number. Ends them all when it is disposed of. */
export function createService(host: Host, reader: Reader): Service {
  const sessions = new Map<number, Opened>();
  let lastSession = 0;
  let disposed = false;

  const find = (session: number): SessionHandle => {
    const opened = sessions.get(session);
    if (!opened) throw problem('gone', `Session ${session} is not open.`, `会话 ${session} 未打开。`);
    return opened.handle;
  };

  const start = async (request: Received<'start'>): Promise<Started> => {
    const experiment = findExperiment(request.experiment).prepare(request.parameters);
    const placement = place(experiment, request.placement, host);
    const session = request.session ?? lastSession + 1;
    lastSession = Math.max(lastSession, session);
    const memory = host.budget.take(experiment.commitsBytes, experiment.title);
    try {
      const handle = await open(host, experiment, placement, { ...request, session }, reader);
      if (disposed) {
        await handle.dispose();
        throw problem('gone', 'The reader went away while the session was opened.', '会话打开期间连接已断开。');
      }
      sessions.set(session, { handle, memory });
      return { session, placement, pid: handle.pid, parameters: experiment.values };
    } catch (error) {
      memory[Symbol.dispose]();
      throw error;
    }
  };

  const close = async (session: number): Promise<void> => {
    const opened = sessions.get(session);
    if (!opened) return;
    sessions.delete(session);
    await opened.handle.dispose();
    opened.memory[Symbol.dispose]();
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
    experiments: async () => catalogue.map((experiment) => experiment.descriptor()),
    start,
    control: async ({ session, action }) => find(session).control(action),
    pace: async ({ session, paceMs }) => find(session).pace(paceMs),
    operate: async ({ session, region, operation }) => find(session).operate(region, operation),
    report: async ({ session, language }) => find(session).report(language),
    program: async ({ session }) => find(session).program(),
    close: async ({ session }) => close(session),
    acknowledge: ({ session, region, sequence }) => sessions.get(session)?.handle.acknowledge(region, sequence),
    dispose: async () => {
      disposed = true;
      await Promise.all([...sessions.keys()].map(close));
    },
  };
}

/** Where it runs: as asked for, as the experiment needs, or isolated because it is large. */
function place(experiment: PreparedExperiment, asked: Placement | undefined, host: Host): Placement {
  if (!host.spawnIsolated) return 'inline';
  if (experiment.placement === 'isolated' || experiment.commitsBytes > maxInlineBytes) return 'isolated';
  return asked ?? 'inline';
}

async function open(
  host: Host,
  experiment: PreparedExperiment,
  placement: Placement,
  request: Received<'start'> & { session: number },
  reader: Reader,
): Promise<SessionHandle> {
  const { session, paused, paceMs, sampleHz } = request;
  const { version } = host;
  if (placement === 'inline' || !host.spawnIsolated) {
    const where = host.kind === 'isolated' ? 'isolated' : 'inline';
    return new Session(experiment, { session, paused, paceMs, sampleHz, version, placement: where }, reader);
  }
  const { id, title, values } = experiment;
  const header = { version, experiment: { id, title, parameters: values }, placement };
  let child: IsolatedProcess;
  try {
    child = await host.spawnIsolated();
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw problem('cannot-run-here', 'The isolated process could not be started.', '无法启动独立进程。', { cause });
  }
  return IsolatedSession.start(session, child, header, request, reader);
}
