import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { requireReady } from './app.ts';
import { link } from './link.ts';
import type { MessagePortMain } from './message-channel-main.ts';

/** What goes between a utility process's two stand-ins. */
export type UtilityMessage =
  | { kind: 'message'; data: unknown; port: number | null }
  | { kind: 'port-data'; port: number; data: unknown }
  | { kind: 'port-closed'; port: number };

const entry = fileURLToPath(new URL('./utility-entry.ts', import.meta.url));

/** Signals whose default action is to end the process with a core file. signal(7) */
const dumping: readonly string[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGQUIT', 'SIGSEGV', 'SIGSYS', 'SIGTRAP'];

/**
 * What waitpid(2) gives: of a signal its number, with the core flag beside it where core files are written; of an exit
 * 256 times its status.
 */
const statusOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  signal === null ? (code ?? 0) << 8 : constants.signals[signal] | (dumping.includes(signal) ? 0x80 : 0);

/** Messages of a port go another way than the news that its process has ended, and a longer one; here by so many ms. */
const portLagMs = Number(process.env.STAND_IN_PORT_LAG ?? 60);

const later = (act: () => void): void => void setTimeout(act, portLagMs);

/**
 * Electron's `UtilityProcess` over a fork. `exit` carries what waitpid(2) gave, as for one that did not end by
 * `process.exit`, and comes before the last messages of its port. When V8 gives up, `error` comes before it.
 */
class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  readonly #ports = new Map<number, MessagePortMain>();
  #pid: number | undefined;
  #lastPort = 0;

  constructor(modulePath: string) {
    super();
    this.#child = fork(entry, [modulePath], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('spawn', () => {
      this.#pid = this.#child.pid;
      link.tell('lab', this.#pid);
      this.emit('spawn');
    });
    this.#child.on('message', (message: UtilityMessage) => later(() => this.#received(message)));
    this.#child.on('exit', (code, signal) => {
      this.#pid = undefined;
      try {
        if (signal === 'SIGABRT' || signal === 'SIGTRAP') this.emit('error', 'FatalError', 'v8::Stand::In', '{}');
      } finally {
        this.emit('exit', statusOf(code, signal));
      }
    });
    this.#child.on('close', () =>
      later(() => {
        for (const port of this.#ports.values()) port.close();
      }),
    );
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  postMessage(data: unknown, [port]: MessagePortMain[] = []): void {
    const number = port ? ++this.#lastPort : null;
    if (this.#child.connected) this.#send({ kind: 'message', data, port: number });
    if (!port || number === null) return;
    this.#ports.set(number, port);
    port.on('message', (event) => this.#send({ kind: 'port-data', port: number, data: event.data }));
    port.on('close', () => {
      if (this.#ports.delete(number)) this.#send({ kind: 'port-closed', port: number });
    });
    port.start();
  }

  #send(message: UtilityMessage): void {
    // To one that is gone, nothing is sent, and nobody is told.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #received(message: UtilityMessage): void {
    if (message.kind === 'port-data') this.#ports.get(message.port)?.postMessage(message.data);
    else if (message.kind === 'port-closed') this.#ports.get(message.port)?.close();
  }
}

export const utilityProcess = {
  fork(modulePath: string): UtilityProcess {
    requireReady(true, 'utilityProcess');
    return new UtilityProcess(modulePath);
  },
};
