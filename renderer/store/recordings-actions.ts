import type { Comparison } from '../../protocol/comparison.ts';
import { problem, toProblem } from '../../protocol/problem.ts';
import {
  type ListedRecording,
  maxPieceBytes,
  maxUploadBytes,
  type Reopened,
  type Response,
  type Thumbnail,
} from '../../protocol/service.ts';
import { type ComparedSides, comparedSides, type Side } from './compared-sides.ts';
import type { Engine } from './engine.ts';
import { isLive, type Session } from './session/session.ts';
import type { Sessions } from './sessions.ts';
import { atPresent, type Store } from './store.ts';

/** What a person can do with recordings. */
export interface RecordingsActions {
  /**
   * Turns to the list, or opens the recording of a name; where that is an absolute path, the one in that file. With
   * another name, turns to both.
   */
  open(
    name: string | undefined,
    other?: string,
    steps?: readonly [number | undefined, number | undefined],
  ): Promise<void>;
  /** Opens two recordings beside each other, by their names; they are to be closed again. */
  openBoth(names: readonly [string, string]): Promise<ComparedSides | undefined>;
  closeBoth(compared: ComparedSides): Promise<void>;
  /**
   * Runs what both have recorded again, each where and with the parameters that it had then, one after the other: they
   * would disturb each other. Gives the names of the two new recordings; none where one is refused or it is aborted.
   */
  runBoth(compared: ComparedSides, signal: AbortSignal): Promise<readonly [string, string] | undefined>;
  /** Claims, numbers and machines of the two as they ended. */
  compare(compared: ComparedSides): Promise<Comparison | undefined>;
  /** Reads the list anew. */
  list(): Promise<void>;
  /**
   * Sends a file that this machine's engine does not have, in pieces, and gives the name that it is opened by then.
   * Throws what was refused, or `cancelled`.
   */
  upload(file: File): Promise<string>;
  cancelUpload(): void;
  /** The filmstrip of a listed one; undefined where it cannot be read, which its row says. */
  thumbnail(file: string): Promise<Thumbnail | undefined>;
  /** Makes it stay whatever the limit is, or no longer. */
  keep(recording: ListedRecording, kept: boolean): Promise<void>;
  /**
   * Sets how many bytes all may take. Where that would delete some and `deletes` is not set, changes nothing and gives
   * how many they are.
   */
  limit(mostBytes: number, deletes: boolean): Promise<Response<'limitRecordings'>['over']>;
  /** Deletes it. */
  remove(recording: ListedRecording): Promise<void>;
}

/** What a recording is called in the list and in its address: its file within the folder of recordings. */
export const nameOf = ({ file, kept }: Pick<ListedRecording, 'file' | 'kept'>): string =>
  file
    .split('/')
    .slice(kept ? -2 : -1)
    .join('/');

/** How long a run that has ended may be without word of its recording: some hosts record nothing, and do not say so. */
const mostUntoldMs = 3000;

export function createRecordingsActions(store: Store, engine: Engine, sessions: Sessions): RecordingsActions {
  const { client } = engine;
  const { attempt, end } = sessions;

  async function list(): Promise<void> {
    const recordings = await attempt(() => client.call('recordings', {}));
    if (recordings) store.setState({ recordings });
  }

  /** Changes what is listed; where that is refused, the list stays beside the sentence. */
  async function change(act: () => Promise<void>): Promise<void> {
    if (await attempt(async () => act().then(() => true))) await list();
  }

  /** Whether the window still wants this one: a reader may have gone on meanwhile. */
  const wanted = (name: string): boolean => {
    const { place } = store.getState();
    return place.kind === 'recordings' && place.name === name && place.other === undefined;
  };

  /** Files that were uploaded, by the name that they are opened by. */
  const uploads = new Map<string, { readonly called: string; readonly file: string }>();
  let cancelling: AbortController | undefined;

  async function upload(file: File): Promise<string> {
    cancelling?.abort();
    const controller = new AbortController();
    cancelling = controller;
    try {
      const path = await send(file, controller.signal);
      const name = `${uploaded}${uploads.size + 1}:${file.name}`;
      uploads.set(name, { called: file.name, file: path });
      return name;
    } finally {
      if (cancelling === controller) store.setState({ uploading: undefined });
    }
  }

  async function send(file: File, signal: AbortSignal): Promise<string> {
    const { name, size } = file;
    await refuseOthers(file);
    const piece = async (from: number, upload?: number): Promise<Response<'upload'>> => {
      store.setState({ uploading: { name, done: from, total: size } });
      const bytes = await base64Of(file, from);
      return client.call('upload', { bytes, ...(upload !== undefined && { upload }) }, signal);
    };
    const sentTo = await piece(0);
    for (let sent = maxPieceBytes; sent < size; sent += maxPieceBytes) await piece(sent, sentTo.upload);
    return sentTo.file;
  }

  /** The file of a name; undefined where no recording has it. Throws where it was uploaded to another window. */
  async function fileOf(name: string): Promise<string | undefined> {
    if (name.startsWith('/')) return name;
    if (name.startsWith(uploaded)) {
      const known = uploads.get(name);
      if (known) return known.file;
      const called = name.replace(/^.\d*:/, '');
      throw problem(
        'gone',
        `“${called}” was dropped on a window that is gone; drop it again.`,
        `“${called}” 是拖到已关闭的窗口中的；请再次拖入。`,
      );
    }
    const find = () => store.getState().recordings?.listed.find((listed) => nameOf(listed) === name)?.file;
    const known = find();
    if (known !== undefined) return known;
    await list();
    return find();
  }

  /** Opens a file; what is said of an uploaded one calls it as its user does. */
  async function openNamed(name: string, file: string): Promise<Reopened> {
    try {
      return await client.call('reopen', { file });
    } catch (error) {
      const called = uploads.get(name)?.called;
      if (called === undefined) throw error;
      const { kind, text } = toProblem(error);
      throw problem(kind, text.en.replaceAll(file, called), text.zh.replaceAll(file, called));
    }
  }

  const opening = new Set<string>();

  async function reopen(name: string): Promise<void> {
    if (opening.has(name)) return;
    await attempt(async () => {
      const file = await fileOf(name);
      if (file === undefined || opening.has(name) || !wanted(name)) return;
      opening.add(name);
      try {
        const answer = await openNamed(name, file);
        if (!wanted(name)) return await end(answer.session);
        const { id, parameters } = answer.experiment;
        sessions.show('recordings', id, { ...answer, parameters });
        store.setState({ reopened: { ...answer, name } });
      } finally {
        opening.delete(name);
      }
    });
  }

  async function close(): Promise<void> {
    const { recordings } = store.getState().current;
    store.setState({ reopened: undefined });
    await end(recordings);
  }

  async function openBoth(names: readonly [string, string]): Promise<ComparedSides | undefined> {
    const opened: Reopened[] = [];
    const sides = await attempt(async () => {
      const open = async (name: string): Promise<Reopened> => {
        const answer = await openOnce(name);
        opened.push(answer);
        sessions.add(answer.experiment.id, { ...answer, parameters: answer.experiment.parameters });
        return answer;
      };
      return comparedSides(store, client, engine.pages, names, [await open(names[0]), await open(names[1])]);
    });
    if (!sides) for (const { session } of opened) await end(session);
    return sides;
  }

  /** Resolves when a session is as wanted, or nothing more will come. */
  const until = (session: number, wanted: (known: Session) => boolean, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        const { sessions: all, connection } = store.getState();
        const known = all.get(session);
        if (known && !wanted(known) && connection.status !== 'lost' && !signal.aborted) return;
        unsubscribe();
        signal.removeEventListener('abort', look);
        resolve();
      };
      const unsubscribe = store.subscribe(look);
      signal.addEventListener('abort', look);
      look();
    });

  /** Runs an experiment to its end, and gives the name of its recording. */
  async function runAgain({ reopened }: Side, signal: AbortSignal): Promise<string> {
    const { experiment, placement } = reopened;
    const { id, parameters } = experiment;
    const answer = await client.call('start', { experiment: id, parameters, placement }, signal);
    const { session } = answer;
    try {
      sessions.add(id, answer);
      await until(session, (known) => !isLive(known), signal);
      // Its file is told once its writer has made it, which may be later than a short run's end.
      const told = (known: Session) => known.recording !== undefined || known.unrecorded !== undefined;
      await until(session, told, AbortSignal.any([signal, AbortSignal.timeout(mostUntoldMs)]));
      signal.throwIfAborted();
      engine.flush();
      const recording = store.getState().sessions.get(session)?.recording;
      if (recording !== undefined) return nameOf({ file: recording, kept: false });
    } finally {
      // Its writer is at work until then.
      await end(session);
    }
    const { en, zh } = experiment.title;
    throw problem(
      'cannot-run-here',
      `${en} ran, but was not recorded, so it cannot be compared. Let recordings take more room.`,
      `${zh} 已运行，但没有录制，因此无法比较。请为录制留出更多空间。`,
    );
  }

  async function openOnce(name: string): Promise<Reopened> {
    const file = await fileOf(name);
    if (file === undefined)
      throw problem('gone', `There is no recording named “${name}”.`, `没有名为“${name}”的录制。`);
    return openNamed(name, file);
  }

  return {
    openBoth,
    async closeBoth(compared) {
      compared[Symbol.dispose]();
      for (const { reopened } of compared.sides) await end(reopened.session);
    },
    runBoth: ({ sides: [a, b] }, signal) =>
      attempt(async () => {
        try {
          return [await runAgain(a, signal), await runAgain(b, signal)] as const;
        } catch (error) {
          if (signal.aborted) return undefined;
          throw error;
        }
      }),
    compare({ sides: [a, b] }) {
      const { language } = store.getState().settings;
      const [one, other] = [a.reopened.session, b.reopened.session];
      return attempt(() => client.call('compare', { a: one, b: other, language }));
    },
    async open(name, other, steps) {
      if (name !== undefined && other === undefined && wanted(name)) return;
      const { reopened } = store.getState();
      const place = { kind: 'recordings', name, other, steps } as const;
      store.setState({ place, refusal: undefined, highlight: undefined, ...atPresent });
      if (other !== undefined) return;
      if (name !== undefined && reopened?.name === name) return;
      store.setState({ reopening: name });
      await attempt(close);
      await (name === undefined ? list() : reopen(name));
      if (name === undefined || opening.has(name) || store.getState().reopening !== name) return;
      store.setState({ reopening: undefined });
    },
    list,
    upload,
    cancelUpload: () => cancelling?.abort(),
    thumbnail: (file) => client.call('thumbnail', { file }).catch(() => undefined),
    keep: ({ file }, kept) => change(() => client.call('keepRecording', { file, kept })),
    async limit(mostBytes, deletes) {
      const answer = await attempt(() => client.call('limitRecordings', { mostBytes, deletes }));
      if (answer && !answer.over) await list();
      return answer?.over;
    },
    remove: ({ file }) => change(() => client.call('deleteRecording', { file })),
  };
}

/** With what the name of an uploaded recording begins. */
export const uploaded = '@';

/** What every SQLite file begins with: its file format, 1.3 */
const magic = 'SQLite format 3\0';

/** What is too large or no recording is not sent at all. */
async function refuseOthers(file: File): Promise<void> {
  const { name, size } = file;
  if (size > maxUploadBytes) {
    const most = maxUploadBytes >> 20;
    throw problem(
      'over-budget',
      `“${name}” has ${size >> 20} MiB, and at most ${most} MiB can be uploaded; give its path on this machine instead.`,
      `“${name}” 有 ${size >> 20} MiB，最多可上传 ${most} MiB；请改为给出它在本机上的路径。`,
    );
  }
  const begins = await bytesOf(file, 0, magic.length);
  if (String.fromCharCode(...begins) !== magic) {
    throw problem(
      'bad-input',
      `“${name}” cannot be opened: it is not a recording of Pagescope.`,
      `无法打开 “${name}”：它不是 Pagescope 的录制文件。`,
    );
  }
}

async function bytesOf(file: File, from: number, length: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(from, from + length).arrayBuffer());
  } catch (cause) {
    const { name } = file;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw problem('bad-input', `“${name}” cannot be read: ${why}`, `无法读取 “${name}”：${why}`, { cause });
  }
}

/** As many as a function takes as its arguments. */
const spreadable = 1 << 14;

/** A piece of a file. */
/** A piece of a file, as it is uploaded. */
export async function base64Of(file: File, from: number): Promise<string> {
  const bytes = await bytesOf(file, from, maxPieceBytes);
  let text = '';
  for (let at = 0; at < bytes.length; at += spreadable) {
    text += String.fromCharCode(...bytes.subarray(at, at + spreadable));
  }
  return btoa(text);
}
