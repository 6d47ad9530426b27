import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** As many connections of nobody known are kept: a browser opens six before it has our cookie. */
export const maxStrangers = 64;

/**
 * The connections that have not shown our cookie. They cost a descriptor each, and whoever may use this machine may
 * open them: beyond a bound the oldest goes, so that none keeps the person out who has the link.
 */
export class Strangers {
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      if (this.#sockets.size <= maxStrangers) return;
      const [oldest] = this.#sockets;
      oldest?.destroy();
    });
  }

  /** Its other side has shown our cookie. */
  admit(socket: object): void {
    this.#sockets.delete(socket as Socket);
  }
}
