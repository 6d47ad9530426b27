import { fork } from 'node:child_process';
import { once } from 'node:events';
import { childProcessWire } from '../protocol/wires/child-process.ts';
import type { IsolatedProcess } from './isolated-session.ts';
import { problem } from './problems.ts';

/**
 * Starts an isolated process where the host is Node: a fork of `entry` whose messages are structured clones, so that frames
 * stay bytes.
 *
 * @param entry the built file that calls `serveIsolated`
 */
export async function forkIsolated(entry: string): Promise<IsolatedProcess> {
  const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  await Promise.race([once(child, 'spawn'), exited]);
  if (child.pid === undefined) {
    throw problem(
      'cannot-run-here',
      `The isolated process (${entry}) could not be started.`,
      `无法启动独立进程（${entry}）。`,
    );
  }
  return { wire: childProcessWire(child), pid: child.pid, exited, kill: () => void child.kill('SIGKILL') };
}
