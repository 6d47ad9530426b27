import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { unguessable } from '../lab/base/unguessable.ts';
import type { BeginRecording } from '../lab/session/recording.ts';
import { type Problem, ProblemError, problem } from '../protocol/problem.ts';
import { checkWritable, unwritable } from './output-file.ts';

/** One recording never grows over this: from half of it on, looks between steps are recorded less often. */
const mostBytes = 1 << 30;

/** The recording of one run. */
export interface RunRecording {
  readonly begin: BeginRecording;
  /** Told what keeps the run, or the rest of it, from being recorded. */
  failed(problem: Problem): void;
  /** What that was. */
  readonly problem: Problem | undefined;
  /** The run is over: a file that was there gives its name away now. */
  finish(): void;
}

/**
 * Records a run into a file, in this process: a keeper would take longer to start than the run. The file opens at any
 * moment of the run, also when the run is killed. One that is there is replaced, with `force` alone, when the run is
 * over. Throws `bad-input` before the run where the file cannot be made.
 */
export async function recordTo(path: string, force: boolean): Promise<RunRecording> {
  const { recordHere } = await import('../lab/recordings/record-here.ts');
  const { requireSqlite } = await import('../lab/recordings/sqlite.ts');
  requireSqlite();
  checkWritable(path, force);
  const file = resolve(path);
  const replaces = existsSync(file);
  const written = replaces ? join(dirname(file), `.pagescope-${unguessable()}`) : file;
  tryToMake(written);
  let found: Problem | undefined;
  return {
    begin: (header, failed) => {
      try {
        return recordHere(written, header, { durable: false, mostBytes }, failed);
      } catch (error) {
        if (error instanceof ProblemError) throw problem('bad-input', error.problem.text.en, error.problem.text.zh);
        throw error;
      }
    },
    failed: (problem) => {
      found = problem;
    },
    get problem() {
      return found;
    },
    finish: () => {
      if (!replaces || !existsSync(written)) return;
      if (found) rmSync(written);
      else renameSync(written, file);
    },
  };
}

/** Throws `bad-input` where a file cannot be made. */
function tryToMake(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    rmSync(file);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}
