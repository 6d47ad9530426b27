import { EventEmitter } from 'node:events';

interface Sent {
  readonly data: unknown;
  readonly ports: readonly MessagePortMain[];
}

/**
 * Electron's `MessageChannelMain` as far as Pagescope meets it. What it keeps of the real one
 * (shell/browser/api/message_port.cc):
 *
 * - an EventEmitter whose `message` event is `{data, ports}`; nothing arrives, `close` included, before `start()`;
 * - messages are structured clones (a subarray takes its whole buffer along) and arrive in a later turn of the loop;
 * - ports are all that can be transferred;
 * - posting to a closed port does nothing; closing tells both ends, after what was sent before.
 */
export class MessagePortMain extends EventEmitter {
  #peer: MessagePortMain | undefined;
  #inbox: (Sent | 'close')[] = [];
  #started = false;
  #closed = false;

  static entangle(one: MessagePortMain, other: MessagePortMain): void {
    one.#peer = other;
    other.#peer = one;
  }

  postMessage(message: unknown, transfer: MessagePortMain[] = []): void {
    if (!transfer.every((item) => item instanceof MessagePortMain))
      throw new TypeError('Port at index 0 is not a port');
    if (this.#closed) return;
    this.#tell({ data: structuredClone(message), ports: transfer });
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    setImmediate(() => this.#deliver());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('close');
    this.#tell('close');
  }

  #tell(item: Sent | 'close'): void {
    const peer = this.#peer;
    if (!peer) return;
    peer.#inbox.push(item);
    if (peer.#started) setImmediate(() => peer.#deliver());
  }

  #deliver(): void {
    for (let item = this.#inbox.shift(); item !== undefined && !this.#closed; item = this.#inbox.shift()) {
      if (item === 'close') this.close();
      else this.emit('message', item);
    }
  }
}

export class MessageChannelMain {
  readonly port1 = new MessagePortMain();
  readonly port2 = new MessagePortMain();

  constructor() {
    MessagePortMain.entangle(this.port1, this.port2);
  }
}
