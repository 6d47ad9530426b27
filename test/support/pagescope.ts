import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The command's entry. */
export const bin = fileURLToPath(new URL('../../bin/pagescope.mjs', import.meta.url));

export interface Start {
  readonly env?: NodeJS.ProcessEnv;
  /** The words before the command that make it another user's. */
  readonly prefix?: readonly string[];
  /** Another installation's. */
  readonly entry?: string;
  /** A process group of its own, which a signal can be sent to. */
  readonly detached?: boolean;
}

/** The built command while it runs; it is killed, and its group with it, when the test is over before it. */
export class Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it wrote, and its exit status; or the signal that it died of. */
  readonly ended: Promise<{ stdout: string; stderr: string; status: number | NodeJS.Signals | null }>;

  constructor(args: readonly string[], { env = {}, prefix = [], entry = bin, detached = false }: Start = {}) {
    const [command = '', ...words] = [...prefix, process.execPath, entry, ...args];
    const home = prefix.length > 0 ? { HOME: tmpdir() } : {};
    this.child = spawn(command, words, {
      env: { ...process.env, LC_ALL: 'C', FORCE_COLOR: '', NO_COLOR: '', ...home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached,
    });
    const status = new Promise<number | NodeJS.Signals | null>((resolve) => {
      this.child.once('close', (code, signal) => resolve(signal ?? code));
    });
    this.ended = Promise.all([text(this.child.stdout), text(this.child.stderr), status]).then(
      ([stdout, stderr, ended]) => ({ stdout, stderr, status: ended }),
    );
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  /** Resolves when this happens; fails with what it said when it ends before. */
  async before<T>(event: Promise<T>): Promise<T> {
    const over = this.ended.then(({ stderr, status }) =>
      Promise.reject(new Error(`It ended with ${status}: ${stderr}`)),
    );
    over.catch(() => {});
    return Promise.race([event, over]);
  }

  /** What it printed first. */
  async firstLine(): Promise<string> {
    const [line] = await this.before(once(createInterface(this.child.stdout), 'line'));
    return line;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The command did not start.');
    return this.child.pid;
  }
}

/** Runs the built command to its end. */
export function pagescope(args: readonly string[], env: NodeJS.ProcessEnv = {}, start: Omit<Start, 'env'> = {}) {
  return new Running(args, { ...start, env }).ended;
}
