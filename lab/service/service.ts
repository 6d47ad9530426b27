import type { Placement } from '../../protocol/experiment.ts';
import type { FilesMethod } from '../../protocol/files.ts';
import { type ProblemError, problem, toProblem } from '../../protocol/problem.ts';
import type { Reader, Received, Reopened, Response, Service, Started } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import { deferred } from '../base/deferred.ts';
import { catalogue, findExperiment } from '../experiments/catalogue.ts';
import { sweepLeftovers } from '../isolation/sweep-leftovers.ts';
import { environment } from '../limits/environment.ts';
import type { Processes } from '../processes/processes.ts';
import type { Uploads } from '../recordings/uploads.ts';
import { FrameRelay } from '../session/frame-relay.ts';
import type { TranscriptHeader } from '../session/transcript.ts';
import { workbenchExperiment } from '../workbench/report-header.ts';
import type { FilesElsewhere } from './files-elsewhere.ts';
import type { Host } from './host.ts';
import { openExperiment } from './open-experiment.ts';
import type { Opening } from './opening.ts';
import { place, placeAttached, placeWorkbench } from './placement.ts';

/** Sessions that one reader may have open: more than a person looks at, too few to fill the machine with processes. */
const maxSessions = 16;

interface Opened extends Omit<Opening, 'begin'> {
  readonly room: Disposable;
  /** Who its reader's acknowledgements are for. */
  readonly acknowledge: (region: number, sequence: number) => void;
  readonly relay?: FrameRelay;
  /** Set when it is being closed; it is forgotten when that is done. */
  closing?: Promise<void>;
}

/** A session that has its room, and is still to be made. */
interface Admitted {
  readonly session: number;
  readonly room: Disposable;
  readonly placement: Placement;
  /** What its recording says that it is; one that is not recorded has none. */
  readonly experiment?: TranscriptHeader['experiment'];
  /** Whose memory it is, where that is not its engine's. */
  readonly pid?: number;
}

/** One engine for one reader: its sessions, by number. Ends them all when it is disposed of. */
export function createService(host: Host, reader: Reader): Service {
  const sessions = new Map<number, Opened>();
  const opening = new Set<Promise<unknown>>();
  let lastSession = 0;
  let roomTaken = 0;
  let disposed = false;
  let uploads: Uploads | undefined;
  let processes: Processes | undefined;
  let files: FilesElsewhere | undefined;

  // An isolated engine has a host that did.
  if (host.kind !== 'isolated') void sweepLeftovers();

  const findOpened = (session: number): Opened => {
    const opened = sessions.get(session);
    if (!opened || opened.closing) throw problem('gone', `Session ${session} is not open.`, `会话 ${session} 未打开。`);
    return opened;
  };
  // Only an isolated engine is told the number: it has one session, and its host has counted.
  const numberOf = (given: number | undefined) => (host.kind === 'isolated' ? (given ?? 1) : ++lastSession);

  /** Whether its engine is to tell what a recording needs beside what the reader gets. */
  const isRecorded = ({ recorded }: { recorded?: boolean | undefined }) => recorded ?? host.record !== undefined;

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

  /**
   * Puts a session among the others and lets it begin. `room` is given back when that fails. What an isolated process
   * shows is taken from it at once: it would be lost with the process.
   */
  const admit = async (
    { session, room, placement, experiment, pid: target }: Admitted,
    make: (reader: Reader) => Promise<Opening>,
    signal: AbortSignal,
  ) => {
    let opened: Opened | undefined;
    const toEngine = (region: number, sequence: number) => opened?.handle.acknowledge(region, sequence);
    const relayed = placement === 'isolated' || (host.record !== undefined && experiment !== undefined);
    const relay = relayed ? new FrameRelay(session, reader, toEngine, host.draws) : undefined;
    try {
      const { begin, ...opening } = await make(relay ?? reader);
      // Before it has started: its events come first, and the reader answers them.
      const acknowledge = relay ? relay.acknowledge.bind(relay) : toEngine;
      opened = { ...opening, room, acknowledge, ...(relay && { relay }) };
      sessions.set(session, opened);
      const pid = target ?? opening.handle.pid;
      if (experiment) await relay?.record(host.record, { version: host.version, experiment, placement, pid });
      if (!disposed && !signal.aborted && !opened.closing) await begin();
      if (disposed || signal.aborted || opened.closing) throw cancelled();
      return pid;
    } catch (error) {
      if (!opened) room[Symbol.dispose]();
      const closing = opened?.closing !== undefined;
      await close(session);
      throw closing ? cancelled() : error;
    }
  };

  const start = async (request: Received<'start'>, signal: AbortSignal): Promise<Started> => {
    const found = await findExperiment(request.experiment);
    const experiment = found.prepare(request.parameters);
    const placement = place(experiment, request.placement, host);
    const session = numberOf(request.session);
    const room = takeRoom(experiment.commitsBytes, experiment.title);
    const recorded = isRecorded(request);
    const { id, title, values: parameters } = experiment;
    const make = (to: Reader) => openExperiment(host, experiment, placement, { ...request, session, recorded }, to);
    const pid = await admit({ session, room, placement, experiment: { id, title, parameters } }, make, signal);
    return { session, placement, pid, parameters: experiment.values };
  };

  const workbench = async (request: Received<'workbench'>, signal: AbortSignal): Promise<Started> => {
    const placement = placeWorkbench(request.placement, host);
    const session = numberOf(request.session);
    const room = takeRoom(0, workbenchExperiment.title);
    const recorded = isRecorded(request);
    const make = async (to: Reader) => {
      // Loaded when it is wanted: `pagescope run` does without it, and without the schemas of its actions.
      const { openWorkbench } = await import('./open-workbench.ts');
      return openWorkbench(host, placement, { ...request, session, recorded }, to);
    };
    const pid = await admit({ session, room, placement, experiment: workbenchExperiment }, make, signal);
    return { session, placement, pid, parameters: {} };
  };

  const attach = async (request: Received<'attach'>, signal: AbortSignal): Promise<Started> => {
    const { meantBy, openAttached } = await import('./open-attached.ts');
    const { startTicks, experiment } = meantBy(request);
    const placement = placeAttached(host);
    const session = numberOf(request.session);
    const room = takeRoom(0, experiment.title);
    const make = (to: Reader) => openAttached(host, placement, experiment, { ...request, startTicks, session }, to);
    const { pid } = request;
    await admit({ session, room, placement, experiment, pid }, make, signal);
    return { session, placement, pid, parameters: experiment.parameters };
  };

  /** In a process of its own, where the host can start one: a stranger's file may take long to read, or never end. */
  const reopen = async (request: Received<'reopen'>, signal: AbortSignal): Promise<Reopened> => {
    const session = numberOf(request.session);
    const room = takeRoom(0, { en: 'The recording', zh: '该录制' });
    const answered = deferred<Reopened>();
    const make = async (to: Reader) => {
      const { openRecording } = await import('./open-recording.ts');
      return openRecording(host, { ...request, session }, to, answered.resolve);
    };
    await admit({ session, room, placement: host.spawnIsolated ? 'isolated' : 'inline' }, make, signal);
    return answered.promise;
  };

  /** Sessions that are being opened are waited for when the engine is disposed of. */
  const counted =
    <R, S>(open: (request: R, signal: AbortSignal) => Promise<S>) =>
    async (request: R, signal: AbortSignal): Promise<S> => {
      const started = open(request, signal);
      opening.add(started);
      try {
        return await started;
      } finally {
        opening.delete(started);
      }
    };

  const end = async (session: number, { handle, room, regions, relay }: Opened): Promise<void> => {
    try {
      await handle.dispose();
    } finally {
      relay?.end();
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

  const inSession: Service['inSession'] = async (method, request) => {
    const { handle, regions, relay } = findOpened(request.session);
    const answer = () => handle.answer(method, request);
    try {
      return await (regions ? regions.around(method, request, answer) : answer());
    } catch (error) {
      const recorded = relay?.file;
      if (recorded === undefined || toProblem(error).kind !== 'died') throw error;
      if (method !== 'program' && method !== 'save') throw error;
      // Its process has ended; what it did is in its recording.
      const { RecordingFile } = await import('../recordings/recording-file.ts');
      using recording = new RecordingFile(recorded);
      const { step } = request as Received<'program'>;
      return (method === 'save' ? recording.saved() : await recording.program(step)) as Response<typeof method>;
    }
  };

  /** What looks at other processes, for this reader. */
  const looking = async (): Promise<Processes> => {
    const { Processes } = await import('../processes/processes.ts');
    if (disposed) throw cancelled();
    processes ??= new Processes();
    return processes;
  };

  const aboutFiles = async <M extends FilesMethod>(method: M, request: Received<M>, signal: AbortSignal) => {
    const { FilesElsewhere } = await import('./files-elsewhere.ts');
    if (disposed) throw cancelled();
    files ??= new FilesElsewhere(host);
    return files.answer(method, request, signal);
  };

  return {
    ...answering(aboutFiles),
    host: async () => ({
      kind: host.kind,
      version: host.version,
      pid: process.pid,
      environment: environment(),
      budgetBytes: host.budget.totalBytes,
    }),
    limits: async ({ pid, startTicks }) => {
      const { limits } = await import('../limits/limits.ts');
      if (pid === undefined) return limits();
      const { Target } = await import('../processes/target.ts');
      using target = new Target(pid, startTicks);
      return limits(target.pid);
    },
    processes: async ({ since }) => (await looking()).table.since(since),
    process: async (request) => (await looking()).process(request),
    processPages: async (request) => (await looking()).pages(request),
    experiments: async () => (await catalogue()).map((experiment) => experiment.descriptor()),
    start: counted(start),
    workbench: counted(workbench),
    attach: counted(attach),
    recordings: async () => {
      const { listRecordings, recordingsFolder } = await import('../recordings/folder.ts');
      const { recordingLimits } = await import('../recordings/limits.ts');
      const { totalBytes, mostBytes, ...said } = recordingLimits();
      const listed = await listRecordings(recordingsFolder());
      return { listed, mostBytes: totalBytes, mostBytesOfOne: mostBytes, ...said };
    },
    limitRecordings: async ({ mostBytes, deletes }) => {
      const { limitRecordings } = await import('../recordings/limits.ts');
      const over = limitRecordings(mostBytes, deletes);
      return over ? { over } : {};
    },
    thumbnail: async ({ file }) => {
      const { listedFile, recordingsFolder } = await import('../recordings/folder.ts');
      const { RecordingFile } = await import('../recordings/recording-file.ts');
      const { thumbnailOf } = await import('../recordings/thumbnail.ts');
      using recording = new RecordingFile(listedFile(recordingsFolder(), file).file);
      return await thumbnailOf(recording);
    },
    keepRecording: async ({ file, kept }) => {
      const { keepRecording, recordingsFolder } = await import('../recordings/folder.ts');
      keepRecording(recordingsFolder(), file, kept);
    },
    deleteRecording: async ({ file }) => {
      const { deleteRecording, recordingsFolder } = await import('../recordings/folder.ts');
      deleteRecording(recordingsFolder(), file);
    },
    upload: async ({ upload, bytes }) => {
      const { Uploads } = await import('../recordings/uploads.ts');
      if (disposed) throw cancelled();
      uploads ??= new Uploads();
      return uploads.add(upload, Buffer.from(bytes, 'base64'));
    },
    reopen: counted(reopen),
    inSession,
    export: async ({ session, format, table, language }, signal) => {
      const { written } = await import('../reports/formats.ts');
      const report = await inSession('report', { session, language }, signal);
      const program = () => inSession('program', { session }, signal);
      const saved = () => inSession('save', { session }, signal);
      return written(format, { report, language, program, saved, ...(table && { table }) });
    },
    compare: async ({ a, b, language }, signal) => {
      const { compare } = await import('../reports/compare.ts');
      const reports = [a, b].map((session) => inSession('report', { session, language }, signal));
      const [one, other] = await Promise.all(reports);
      if (!one || !other) throw new Error('Two sessions have two reports.');
      return compare(one, other, language);
    },
    close: async ({ session }) => close(session),
    acknowledge: ({ session, region, sequence }) => sessions.get(session)?.acknowledge(region, sequence),
    dispose: async () => {
      disposed = true;
      await Promise.all([...sessions.keys()].map(close));
      await Promise.allSettled(opening);
      uploads?.[Symbol.dispose]();
      processes?.[Symbol.dispose]();
      files?.[Symbol.dispose]();
    },
  };
}

/** What of the contract is about files: by name, since its schemas take a tenth of the start of a run. */
const filesMethods: Record<FilesMethod, true> = {
  lookAtFiles: true,
  filesProgress: true,
  stopFiles: true,
  filesMap: true,
  filesTable: true,
  filePages: true,
  filePath: true,
  actOnFile: true,
  actOnFolder: true,
  fileWork: true,
  fileSet: true,
  restoreFileSet: true,
  folderPaths: true,
  holdFiles: true,
  lockedPages: true,
  fileLocks: true,
  unlockFile: true,
};

/** A method for each that is about files. */
function answering(
  answer: <M extends FilesMethod>(method: M, request: Received<M>, signal: AbortSignal) => Promise<Response<M>>,
): Pick<Service, FilesMethod> {
  const methods = (Object.keys(filesMethods) as FilesMethod[]).map((method) => [
    method,
    (request: Received<FilesMethod>, signal: AbortSignal) => answer(method, request, signal),
  ]);
  return Object.fromEntries(methods);
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
