import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { type Problem, problem } from '../../protocol/problem.ts';
import { unguessable } from '../base/unguessable.ts';

/** What a user has set for all of Pagescope: not what one window shows, which that window remembers. */
interface Settings {
  /** Bytes that all recordings may take. */
  readonly recordingsBytes?: number;
}

/** Where this user's settings are, by the XDG Base Directory Specification: a relative path there says nothing. */
export function settingsFile(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment.XDG_CONFIG_HOME;
  const config = named !== undefined && isAbsolute(named) ? named : join(homedir(), '.config');
  return join(config, 'pagescope', 'settings.json');
}

/** What is set; nothing where there is no such file. One that cannot be used sets nothing, and `problem` says why. */
export function readSettings(file: string): Settings & { readonly problem?: Problem } {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof read !== 'object' || read === null) throw new Error('it is no JSON object');
    if (!('recordingsBytes' in read)) return {};
    const { recordingsBytes } = read;
    if (Number.isSafeInteger(recordingsBytes) && Number(recordingsBytes) >= 0) {
      return { recordingsBytes: Number(recordingsBytes) };
    }
    throw new Error('recordingsBytes is no number of bytes');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    const why = cause instanceof Error ? cause.message : String(cause);
    const unusable = problem(
      'bad-input',
      `The settings in ${file} are not used: ${why}. Set the limit again, or delete the file.`,
      `${file} 中的设置未被采用：${why}。请重新设置上限，或删除该文件。`,
    );
    return { problem: unusable.problem };
  }
}

/** Writes all settings, for their user alone; what was there stays until they are. Throws what the system refuses. */
export function writeSettings(file: string, settings: Settings): void {
  const beside = join(dirname(file), `.settings-${unguessable()}`);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(beside, `${JSON.stringify(settings)}\n`, { flag: 'wx', mode: 0o600, flush: true });
    renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw problem(
      'bad-input',
      `The settings ${file} cannot be written: ${why}. Make room, or make the folder writable.`,
      `无法写入设置 ${file}：${why}。请腾出空间，或使该文件夹可写。`,
      { cause },
    );
  }
}
