import type { FileAct, FilesMethod, Weight } from '../../protocol/files.ts';
import type { PageRange } from '../../protocol/operation.ts';
import { toProblem } from '../../protocol/problem.ts';
import { maxPieceBytes, type Request, type Response } from '../../protocol/service.ts';
import type { Engine } from './engine.ts';
import { base64Of } from './recordings-actions.ts';
import { type AskedFiles, atPresent, type Store, sessionPlace } from './store.ts';

/** What a person can do with files. An answer is undefined where it was refused; the look then says why. */
export interface FilesActions {
  /** Turns to files and looks at them, unless that was done already. */
  open(asked: AskedFiles | undefined): Promise<void>;
  /** Looks at the same files anew. */
  again(): Promise<void>;
  stop(): Promise<void>;
  progress(): Promise<Response<'filesProgress'> | undefined>;
  map(folder: number, by: Weight): Promise<Response<'filesMap'> | undefined>;
  table(request: Omit<Request<'filesTable'>, 'look'>): Promise<Response<'filesTable'> | undefined>;
  pages(request: Omit<Request<'filePages'>, 'look'>): Promise<Response<'filePages'> | undefined>;
  act(
    file: number,
    act: FileAct,
    range: PageRange | undefined,
    signal: AbortSignal,
  ): Promise<Response<'actOnFile'> | undefined>;
  /** The same with all files in a folder. */
  actOnFolder(folder: number, act: FileAct, signal: AbortSignal): Promise<Response<'actOnFolder'> | undefined>;
  /** How far what is done with files is; null where nothing is done. */
  work(): Promise<Response<'fileWork'> | undefined>;
  locks(): Promise<Response<'fileLocks'> | undefined>;
  unlock(lock: number): Promise<Response<'fileLocks'> | undefined>;
  /** The cached pages of all files, as text. */
  set(signal: AbortSignal): Promise<string | undefined>;
  /** Reads what a saved set has. @param file its path on this machine, or what a browser has of it */
  restore(file: string | File, signal: AbortSignal): Promise<Response<'restoreFileSet'> | undefined>;
}

const isSame = (a: AskedFiles, b: AskedFiles): boolean =>
  'path' in a ? 'path' in b && a.path === b.path : 'openBy' in b && a.openBy === b.openBy;

export function createFilesActions(store: Store, engine: Engine): FilesActions {
  const { client } = engine;
  const known = () => store.getState().files;
  /** The number of the look; undefined while there is none. */
  const look = () => known()?.begun?.look;

  /** A refusal is told with the look that it is about, if that is still shown. */
  async function ask<M extends FilesMethod>(
    method: M,
    request: Request<M>,
    signal?: AbortSignal,
  ): Promise<Response<M> | undefined> {
    const of = look();
    try {
      return await client.call(method, request, signal);
    } catch (error) {
      const problem = toProblem(error);
      const files = known();
      if (problem.kind !== 'cancelled' && files && look() === of) store.setState({ files: { ...files, problem } });
      return undefined;
    }
  }

  async function ofLook<M extends FilesMethod>(
    method: M,
    request: Omit<Request<M>, 'look'>,
    signal?: AbortSignal,
  ): Promise<Response<M> | undefined> {
    const number = look();
    return number === undefined ? undefined : ask(method, { ...request, look: number } as Request<M>, signal);
  }

  /** Where a file is that was sent piece by piece. */
  async function send(file: File, signal: AbortSignal): Promise<string | undefined> {
    try {
      const first = await client.call('upload', { bytes: await base64Of(file, 0) }, signal);
      const { upload } = first;
      for (let sent = maxPieceBytes; sent < file.size; sent += maxPieceBytes) {
        await client.call('upload', { upload, bytes: await base64Of(file, sent) }, signal);
      }
      return first.file;
    } catch (error) {
      const [problem, files] = [toProblem(error), known()];
      if (problem.kind !== 'cancelled' && files) store.setState({ files: { ...files, problem } });
      return undefined;
    }
  }

  async function begin(asked: AskedFiles): Promise<void> {
    const files = { asked, begun: undefined, problem: undefined };
    store.setState({ files });
    const begun = await ask('lookAtFiles', asked);
    // Others may have been asked for meanwhile.
    if (begun && known() === files) store.setState({ files: { ...files, begun } });
  }

  const actions: FilesActions = {
    async open(asked) {
      const from = sessionPlace(store.getState());
      store.setState({ place: { kind: 'files', asked, from }, refusal: undefined, ...atPresent });
      const files = known();
      const shown = files && asked && isSame(files.asked, asked) && !files.problem;
      if (asked && !shown) await begin(asked);
    },
    async again() {
      const files = known();
      if (files) await begin(files.asked);
    },
    stop: () => ofLook('stopFiles', {}),
    progress: () => ofLook('filesProgress', {}),
    map: (folder, by) => ofLook('filesMap', { folder, by }),
    table: (request) => ofLook('filesTable', request),
    pages: (request) => ofLook('filePages', request),
    act: (file, act, range, signal) => ofLook('actOnFile', { file, act, ...(range && { range }) }, signal),
    actOnFolder: (folder, act, signal) => ofLook('actOnFolder', { folder, act }, signal),
    work: () => ask('fileWork', {}),
    locks: () => ask('fileLocks', {}),
    unlock: (lock) => ask('unlockFile', { lock }),
    set: (signal) => ofLook('fileSet', {}, signal),
    async restore(file, signal) {
      const path = typeof file === 'string' ? file : await send(file, signal);
      return path === undefined ? undefined : ask('restoreFileSet', { file: path }, signal);
    },
  };
  return actions;
}
