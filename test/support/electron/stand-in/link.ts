import { EventEmitter } from 'node:events';
import type { MessagePortMain } from './message-channel-main.ts';
import type { FromDesktop, ToDesktop } from './messages.ts';

/** The main process's end of the channel to the desktop of the tests. Emits what comes, by kind. */
class Link extends EventEmitter<{ [K in FromDesktop['kind']]: [Extract<FromDesktop, { kind: K }>] }> {
  readonly #ports = new Map<number, MessagePortMain>();
  #lastPort = 0;

  constructor() {
    super();
    process.on('message', (message: FromDesktop) => this.#received(message));
    // Whoever shows the windows is gone, and with it whoever could close them.
    process.on('disconnect', () => process.exit(1));
  }

  send(message: ToDesktop): void {
    process.send?.(message);
  }

  tell(what: string, detail: unknown = null): void {
    this.send({ kind: 'told', what, detail });
  }

  /**
   * Takes a port out of this process; its other end then talks to a page. Gives the number that the page knows it by.
   */
  handOver(port: MessagePortMain): number {
    const number = ++this.#lastPort;
    this.#ports.set(number, port);
    port.on('message', ({ data }) => this.send({ kind: 'port-data', port: number, data }));
    port.on('close', () => {
      if (this.#ports.delete(number)) this.send({ kind: 'port-closed', port: number });
    });
    port.start();
    return number;
  }

  #received(message: FromDesktop): void {
    if (message.kind === 'port-data') this.#ports.get(message.port)?.postMessage(message.data);
    else if (message.kind === 'port-closed') {
      const port = this.#ports.get(message.port);
      this.#ports.delete(message.port);
      port?.close();
    } else this.#emit(message);
  }

  #emit(message: FromDesktop): void {
    // The kind and the message belong together; TypeScript cannot follow that through the union.
    (this as EventEmitter).emit(message.kind, message);
  }
}

export const link = new Link();
