import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CoreFolder } from './core-folder.ts';

/** Of what a program said, so much is kept for a sentence. */
const mostWords = 300;

export interface ProgramEnd {
  /** Null when a signal ended it. */
  readonly status: number | null;
  /** What it wrote last, on both of its outputs, in one line. */
  readonly said: string;
}

/**
 * Runs a program to its end; undefined when it is not on this machine. Its output goes to a file: a pipe would have to
 * be read by us, and gdb may hold us. When `signal` aborts, it is killed with all that it started, and the reason
 * thrown.
 */
export async function runProgram(
  [program = '', ...words]: readonly string[],
  folder: CoreFolder,
  signal: AbortSignal,
): Promise<ProgramEnd | undefined> {
  signal.throwIfAborted();
  const log = join(folder.path, 'output');
  const output = openSync(log, 'w', 0o600);
  // No look-up of symbols in the net, and messages that do not depend on the user's language.
  const env = { ...process.env, LC_ALL: 'C', DEBUGINFOD_URLS: '' };
  const child = spawn(program, words, { stdio: ['ignore', output, output], detached: true, env });
  closeSync(output);
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', kill, { once: true });
  try {
    const status = await new Promise<number | null | undefined>((resolve, reject) => {
      child.once('close', resolve);
      child.once('error', (error) => ('code' in error && error.code === 'ENOENT' ? resolve(undefined) : reject(error)));
    });
    signal.throwIfAborted();
    return status === undefined ? undefined : { status, said: lastWords(log) };
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

function lastWords(log: string): string {
  return readFileSync(log, 'utf8').replaceAll(/\s+/g, ' ').trim().slice(-mostWords);
}
