import { setTimeout as passed } from 'node:timers/promises';
import { MessageChannelMain, utilityProcess } from 'electron';
import type { IsolatedProcess, ProcessEnd } from '../lab/isolation/isolated-process.ts';
import { problem } from '../protocol/problem.ts';
import { electronPortWire } from '../protocol/wires/electron-port.ts';
import { ending } from './process-end.ts';

/** How long to wait for the last messages of a process that has ended: Electron tells of the end on another way. */
const drainMs = 1000;

/**
 * Starts an isolated process where the host is Electron: a utility process that is given one end of a channel. (`fork`
 * of `node:child_process` would need the RunAsNode fuse, which the packaged app has off.)
 *
 * @param entry the built file that waits for the port
 */
export async function spawnUtility(entry: string, version: string): Promise<IsolatedProcess> {
  const child = utilityProcess.fork(entry, [], {
    serviceName: 'Pagescope isolated lab',
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { port1, port2 } = new MessageChannelMain();
  const wire = electronPortWire(port1);
  // The port closes with the process, after its last message.
  const drained = new Promise<void>((resolve) => wire.onClose(() => resolve()));
  const exited = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', async (code) => {
      // At least a turn: Electron is still taking the process down when it tells; calling it back has crashed it.
      await Promise.race([drained, passed(drainMs)]);
      setImmediate(() => resolve(ending(code)));
    });
  });
  // V8 gives the process up, and `exit` follows. With no listener the event would be thrown in here.
  child.on('error', (type, location) => console.error(`The isolated process ends: ${type} in ${location}.`));
  // Waits in the channel until the child listens.
  child.postMessage({ version }, [port2]);
  await Promise.race([new Promise<void>((resolve) => child.once('spawn', () => resolve())), exited]);
  const { pid } = child;
  if (pid === undefined) {
    wire.close();
    throw problem(
      'cannot-run-here',
      `The isolated process (${entry}) could not be started. Install Pagescope again.`,
      `无法启动独立进程（${entry}）。请重新安装 Pagescope。`,
    );
  }
  return {
    wire,
    pid,
    exited,
    kill() {
      // Gone when the child is: its number may be another process's by then. Electron's own `kill` sends SIGTERM.
      if (child.pid === pid) process.kill(pid, 'SIGKILL');
    },
  };
}
