import { type ChildProcess, fork } from 'node:child_process';
import { isSystemError, ProblemError, problem, toProblem } from '../../protocol/problem.ts';
import { childProcessWire } from '../../protocol/wires/child-process.ts';
import type { IsolatedProcess } from './isolated-process.ts';

/**
 * How long to wait for the last messages of a child that has ended: a process that it left behind may hold its channel
 * open.
 */
const drainMs = 1000;

/**
 * MiB that V8 keeps for young objects from the start. It makes that small where little is allocated, as in a session
 * that waits for its reader, and then wants more amid steps for which the kernel gives none (MCL_FUTURE and a low
 * limit), and aborts: 13 of 100 runs of lock-limit without incremental marking, none with this.
 */
const youngMebibytes = 16;

/**
 * Starts an isolated process where the host is Node: a fork of `entry` whose messages are structured clones, so that
 * frames stay bytes. It inherits no option of this Node's own (`--inspect` would ask for a port that is taken).
 *
 * @param entry the built file that calls `serveIsolated`
 * @param options of Node, for this process alone
 */
export async function forkIsolated(entry: string, options: readonly string[] = []): Promise<IsolatedProcess> {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [`--min-semi-space-size=${youngMebibytes}`, ...options],
    // Code from a cache makes V8 compile in the background just when MCL_FUTURE has made that memory locked or refused.
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const wire = childProcessWire(child);
  const exited = ended(child);
  if (child.pid === undefined) {
    const error = await failure(child);
    if (isSystemError(error)) throw new ProblemError(toProblem(error));
    throw problem(
      'cannot-run-here',
      `The isolated process (${entry}) could not be started: ${error.message}. Free some memory or processes, or install Pagescope again.`,
      `无法启动独立进程（${entry}）：${error.message}。请释放一些内存或进程，或重新安装 Pagescope。`,
      { cause: error },
    );
  }
  return { wire, pid: child.pid, exited, kill: () => void child.kill('SIGKILL') };
}

/**
 * How the child ended, once everything that it sent has been read: `exit` may come before the last messages, `close`
 * does not.
 */
function ended(child: ChildProcess): IsolatedProcess['exited'] {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const drained = setTimeout(() => resolve({ code, signal }), drainMs);
      child.once('close', () => {
        clearTimeout(drained);
        resolve({ code, signal });
      });
    });
  });
}

/** Why there is no child: `fork` tells on the next turn. */
function failure(child: ChildProcess): Promise<Error> {
  return new Promise((resolve) => child.once('error', resolve));
}
