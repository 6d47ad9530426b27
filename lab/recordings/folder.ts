import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { problem, toProblem } from '../../protocol/problem.ts';
import type { ListedRecording } from '../../protocol/service.ts';
import { Slices } from '../base/slices.ts';
import { RecordingFile } from './recording-file.ts';
import { sqlite } from './sqlite.ts';

const suffix = '.pagescope';
/** Recordings that nobody deletes but their user: those of this folder. */
const keptFolder = 'kept';

/** Where this user's recordings are, by the XDG Base Directory Specification: a relative path there says nothing. */
export function recordingsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment.XDG_DATA_HOME;
  const data = named !== undefined && isAbsolute(named) ? named : join(homedir(), '.local', 'share');
  return join(data, 'pagescope', 'recordings');
}

/**
 * The recordings of a folder, the newest first. Empty where there is no such folder. Lets the main loop have its turn.
 */
export async function listRecordings(folder: string): Promise<ListedRecording[]> {
  const listed: ListedRecording[] = [];
  const slices = new Slices();
  for (const each of filesOf(folder)) {
    listed.push(listedOf(each));
    if (slices.over) await slices.next();
  }
  return listed.sort((a, b) => (b.read?.createdAt ?? '').localeCompare(a.read?.createdAt ?? ''));
}

function listedOf({ file, sizeBytes, kept }: Pick<ListedRecording, 'file' | 'sizeBytes' | 'kept'>): ListedRecording {
  try {
    using recording = new RecordingFile(file);
    const { header, durationNs, outcome, claims } = recording;
    const { createdAt, experiment } = header;
    return { file, sizeBytes, kept, read: { createdAt, experiment, durationNs, outcome, claims } };
  } catch (error) {
    return { file, sizeBytes, kept, problem: toProblem(error) };
  }
}

/**
 * Finishes the files whose writers were killed, and deletes the oldest until the rest take no more than `totalBytes`.
 * What is being written, and what is kept, stays.
 */
export function tidyRecordings(folder: string, totalBytes: number): void {
  for (const { file } of overLimit(folder, totalBytes)) rmSync(file, { force: true });
}

/** What that deletes. */
export function overLimit(folder: string, totalBytes: number) {
  const finished = filesOf(folder).filter(({ file, kept }) => !kept && isFinished(file));
  let bytes = finished.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return finished
    .sort((a, b) => a.changedMs - b.changedMs)
    .filter(({ sizeBytes }) => {
      const over = bytes > totalBytes;
      if (over) bytes -= sizeBytes;
      return over;
    });
}

/**
 * The file of a listed recording. Throws `gone` where the folder has no such file: what lies elsewhere is not touched.
 */
export function listedFile(folder: string, file: string): { readonly file: string; readonly kept: boolean } {
  const found = filesOf(folder).find((each) => each.file === file);
  if (found) return found;
  const name = basename(file);
  throw problem('gone', `There is no recording ${name} any more.`, `录制 ${name} 已不存在。`);
}

/** Moves a recording to those that nobody deletes but their user, or back. Throws `bad-input` while it is written. */
export function keepRecording(folder: string, file: string, kept: boolean): void {
  const listed = listedFile(folder, file);
  if (listed.kept === kept) return;
  refuseUnfinished(file);
  const target = join(folder, ...(kept ? [keptFolder] : []), basename(file));
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  if (existsSync(target)) {
    throw problem(
      'bad-input',
      `${target} is there already, and is not replaced; move one of the two away first.`,
      `${target} 已存在，不会被替换；请先移走其中一个。`,
    );
  }
  // Not a rename, which would replace a file that has come meanwhile.
  linkSync(file, target);
  unlinkSync(file);
}

/** Deletes a recording. Throws `bad-input` while it is written. */
export function deleteRecording(folder: string, file: string): void {
  listedFile(folder, file);
  refuseUnfinished(file);
  rmSync(file, { force: true });
}

function refuseUnfinished(file: string): void {
  if (isFinished(file)) return;
  throw problem(
    'bad-input',
    `${basename(file)} is still being recorded; end its session first.`,
    `${basename(file)} 仍在录制；请先结束其会话。`,
  );
}

/** Whether nobody writes a file any more: what SQLite lets be one file again; a live writer refuses that. */
function isFinished(file: string): boolean {
  if (!existsSync(`${file}-wal`)) return true;
  const module = sqlite();
  if (!module) return false;
  try {
    const database = new module.DatabaseSync(file, { timeout: 0, allowExtension: false });
    try {
      database.exec('PRAGMA journal_mode = DELETE');
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
  return !existsSync(`${file}-wal`);
}

function filesOf(folder: string) {
  return [folder, join(folder, keptFolder)].flatMap((within) => {
    const names = existsSync(within) ? readdirSync(within) : [];
    return names
      .filter((name) => name.endsWith(suffix))
      .flatMap((name) => {
        const file = join(within, name);
        const found = statSync(file, { throwIfNoEntry: false });
        if (!found?.isFile()) return [];
        const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
        const sizeBytes = found.size + (log?.size ?? 0);
        return [{ file, sizeBytes, changedMs: found.mtimeMs, kept: within !== folder }];
      });
  });
}
