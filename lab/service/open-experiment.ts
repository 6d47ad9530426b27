import type { Placement } from '../../protocol/experiment.ts';
import { ProblemError, problem } from '../../protocol/problem.ts';
import type { Reader, Received } from '../../protocol/service.ts';
import type { PreparedExperiment } from '../experiment-kit/experiment.ts';
import { Session } from '../experiment-kit/experiment-session.ts';
import type { IsolatedProcess, IsolatedSession } from '../isolation/isolated-session.ts';
import { maxInlineBytes } from '../limits/memory-sizes.ts';
import type { SessionHandle } from '../session/session-handle.ts';
import type { TranscriptHeader } from '../session/transcript.ts';
import type { WorkbenchHandle } from '../session/workbench-handle.ts';
import { workbenchExperiment } from '../workbench/report-header.ts';
import type { Host } from './service.ts';
import type { WorkbenchRoom } from './workbench-budget.ts';

/** Where a workbench runs: as asked for. */
export function placeWorkbench(asked: Placement, host: Host): Placement {
  if (host.kind === 'isolated' || asked === 'inline') return 'inline';
  if (host.spawnIsolated) return 'isolated';
  throw noIsolation(workbenchExperiment.id);
}

function noIsolation(id: string): ProblemError {
  return problem(
    'cannot-run-here',
    `${id} is to run isolated, and this host cannot start a process for it.`,
    `${id} 需要在独立进程中运行，而当前宿主无法启动独立进程。`,
  );
}

/** Where it runs: as asked for, as the experiment needs, or isolated because it is large. */
export function place(experiment: PreparedExperiment, asked: Placement | undefined, host: Host): Placement {
  const needed = experiment.placement === 'isolated' || asked === 'isolated';
  if (host.kind === 'isolated') return 'inline';
  if (!host.spawnIsolated) {
    if (!needed) return 'inline';
    throw noIsolation(experiment.id);
  }
  return needed || experiment.mapsBytes > maxInlineBytes ? 'isolated' : 'inline';
}

/** A session to be started: its handle, and what lets it begin. */
export interface Opening {
  readonly handle: SessionHandle;
  /** Of a workbench: what is asked of it, and the memory that its regions take. */
  readonly workbench?: { readonly handle: WorkbenchHandle; readonly room: WorkbenchRoom };
  begin(): Promise<void>;
}

/** A session that runs an experiment, inline or in a process of its own. Throws `cannot-run-here` when that cannot be started. */
export async function openExperiment(
  host: Host,
  experiment: PreparedExperiment,
  placement: Placement,
  request: Received<'start'> & { session: number },
  reader: Reader,
): Promise<Opening> {
  const { session, paused, paceMs, sampleHz } = request;
  const { version } = host;
  if (placement === 'inline' || !host.spawnIsolated) {
    const options = { session, paused, paceMs, sampleHz, version, placement: whereabouts(host) };
    return { handle: new Session(experiment, options, reader), begin: async () => {} };
  }
  const { id, title, values } = experiment;
  const header = { version, experiment: { id, title, parameters: values }, placement };
  const handle = await isolate(host.spawnIsolated, session, header, reader);
  return { handle, begin: () => handle.start(request) };
}

/** What a session in this very process is to say of its placement. */
export function whereabouts(host: Host): Placement {
  return host.kind === 'isolated' ? 'isolated' : 'inline';
}

/** A session in a process of its own, which is started for it. Throws `cannot-run-here` when that fails. */
export async function isolate(
  spawn: NonNullable<Host['spawnIsolated']>,
  session: number,
  header: Omit<TranscriptHeader, 'pid'>,
  reader: Reader,
): Promise<IsolatedSession> {
  // Loaded when it is wanted: it brings the whole wire protocol with it, which `pagescope run` does without.
  const { IsolatedSession } = await import('../isolation/isolated-session.ts');
  let child: IsolatedProcess;
  try {
    child = await spawn();
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const { id } = header.experiment;
    throw problem(
      'cannot-run-here',
      `The process that ${id} runs in could not be started: ${why}. Free some memory or processes, or install Pagescope again.`,
      `无法启动 ${id} 所需的独立进程：${why}。请释放一些内存或进程，或重新安装 Pagescope。`,
      { cause },
    );
  }
  return new IsolatedSession(session, child, header, reader);
}
