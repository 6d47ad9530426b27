import { constants } from 'node:os';
import { MessageChannelMain, utilityProcess } from 'electron';
import type { IsolatedProcess, ProcessEnd } from '../lab/isolation/isolated-process.ts';
import { problem } from '../protocol/problem.ts';
import { electronPortWire } from '../protocol/wires/electron-port.ts';

/** The signals that end a lab process by its own doing or by a person's. */
const fatal = [
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGKILL',
  'SIGQUIT',
  'SIGSEGV',
  'SIGSYS',
  'SIGTERM',
  'SIGTRAP',
] as const;

/** waitpid(2) sets this bit beside the signal when there is a core file. */
const coreDumped = 0x80;

/**
 * What Electron's `exit` event means. It carries the status of `process.exit`, else what waitpid(2) gave: the number of
 * the signal. Our child exits by itself with 0, or with 1 after an error that nobody caught, so the two do not collide.
 */
export function ending(code: number): ProcessEnd {
  const signal = fatal.find((name) => constants.signals[name] === (code & ~coreDumped));
  return signal === undefined ? { code, signal: null } : { code: null, signal };
}

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
  const exited = new Promise<ProcessEnd>((resolve) => {
    // Electron is still taking the process down when it tells; calling it back from there has crashed it.
    child.once('exit', (code) => setImmediate(() => resolve(ending(code))));
  });
  // Waits in the channel until the child listens.
  child.postMessage({ version }, [port2]);
  await Promise.race([new Promise<void>((resolve) => child.once('spawn', () => resolve())), exited]);
  const { pid } = child;
  if (pid === undefined) {
    port1.close();
    throw problem(
      'cannot-run-here',
      `The isolated process (${entry}) could not be started. Install Pagescope again.`,
      `无法启动独立进程（${entry}）。请重新安装 Pagescope。`,
    );
  }
  return {
    wire: electronPortWire(port1),
    pid,
    exited,
    kill() {
      // Gone when the child is: its number may be another process's by then. Electron's own `kill` sends SIGTERM.
      if (child.pid === pid) process.kill(pid, 'SIGKILL');
    },
  };
}
