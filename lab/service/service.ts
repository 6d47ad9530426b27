import { type ProblemError, problem } from '../../protocol/problem.ts';
import type { Reader, Received, Service, Started } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import { catalogue, findExperiment } from '../experiments/catalogue.ts';
import { sweepLeftovers } from '../isolation/sweep-cores.ts';
import { environment } from '../limits/environment.ts';
import { workbenchExperiment } from '../workbench/report-header.ts';
import type { Host } from './host.ts';
import { openExperiment } from './open-experiment.ts';
import type { Opening } from './opening.ts';
import { place, placeWorkbench } from './placement.ts';

/** Sessions that one reader may have open: more than a person looks at, too few to fill the machine with processes. */
const maxSessions = 16;

interface Opened extends Omit<Opening, 'begin'> {
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

  // An isolated engine has a host that did.
  if (host.kind !== 'isolated') void sweepLeftovers();

  const findOpened = (session: number): Opened => {
    const opened = sessions.get(session);
    if (!opened || opened.closing) throw problem('gone', `Session ${session} is not open.`, `会话 ${session} 未打开。`);
    return opened;
  };
  // Only an isolated engine is told the number: it has one session, and its host has counted.
  const numberOf = (given: number | undefined) => (host.kind === 'isolated' ? (given ?? 1) : ++lastSession);

  /** Room for one more session and the memory that it commits; dispose of it to give both back. */
  const takeRoom = (commitsBytes: number, title: Text): Disposable => {
    checkRoom(disposed, roomTaken);
    const memory = host.budget.take(commitsBytes, title);
    roomTaken++;
    return {
      [Symbol.dispose]: () => {
        roomTaken--;
        memory[Symbol.dispose]();
      },
    };
  };

  /** Puts a session among the others and lets it begin. `room` is given back when that fails. */
  const admit = async (session: number, room: Disposable, make: () => Promise<Opening>, signal: AbortSignal) => {
    let opened: Opened | undefined;
    try {
      const { begin, ...opening } = await make();
      // Before it has started: its events come first, and the reader answers them.
      opened = { ...opening, room };
      sessions.set(session, opened);
      await begin();
      if (disposed || signal.aborted) throw cancelled();
      return opened.handle.pid;
    } catch (error) {
      if (!opened) room[Symbol.dispose]();
      const closing = opened?.closing !== undefined;
      await close(session);
      throw closing ? cancelled() : error;
    }
  };

  const start = async (request: Received<'start'>, signal: AbortSignal): Promise<Started> => {
    const experiment = findExperiment(request.experiment).prepare(request.parameters);
    const placement = place(experiment, request.placement, host);
    const session = numberOf(request.session);
    const room = takeRoom(experiment.commitsBytes, experiment.title);
    const make = () => openExperiment(host, experiment, placement, { ...request, session }, reader);
    const pid = await admit(session, room, make, signal);
    return { session, placement, pid, parameters: experiment.values };
  };

  const workbench = async (request: Received<'workbench'>, signal: AbortSignal): Promise<Started> => {
    const placement = placeWorkbench(request.placement, host);
    const session = numberOf(request.session);
    const room = takeRoom(0, workbenchExperiment.title);
    const make = async () => {
      // Loaded when it is wanted: `pagescope run` does without it, and without the schemas of its actions.
      const { openWorkbench } = await import('./open-workbench.ts');
      return openWorkbench(host, placement, { ...request, session }, reader);
    };
    return { session, placement, pid: await admit(session, room, make, signal), parameters: {} };
  };

  /** Sessions that are being opened are waited for when the engine is disposed of. */
  const counted =
    <R>(open: (request: R, signal: AbortSignal) => Promise<Started>) =>
    async (request: R, signal: AbortSignal): Promise<Started> => {
      const started = open(request, signal);
      opening.add(started);
      try {
        return await started;
      } finally {
        opening.delete(started);
      }
    };

  const end = async (session: number, { handle, room, regions }: Opened): Promise<void> => {
    try {
      await handle.dispose();
    } finally {
      regions?.[Symbol.dispose]();
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
    }),
    limits: async () => (await import('../limits/limits.ts')).limits(),
    experiments: async () => catalogue.map((experiment) => experiment.descriptor()),
    start: counted(start),
    workbench: counted(workbench),
    inSession: async (method, request) => {
      const { handle, regions } = findOpened(request.session);
      const answer = () => handle.answer(method, request);
      return regions ? regions.around(method, request, answer) : answer();
    },
    close: async ({ session }) => close(session),
    acknowledge: ({ session, region, sequence }) => sessions.get(session)?.handle.acknowledge(region, sequence),
    dispose: async () => {
      disposed = true;
      await Promise.all([...sessions.keys()].map(close));
      await Promise.allSettled(opening);
    },
  };
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
