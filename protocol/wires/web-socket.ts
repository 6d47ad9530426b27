import { BaseWire, maxMessageBytes, type Wire, type WireMessage } from '../wire.ts';
import { ownBytes } from './bytes.ts';

/** What a DOM `WebSocket` and one of the package `ws` have in common. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  /** Bytes accepted by `send` and not yet by the network. */
  readonly bufferedAmount: number;
  send(message: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
}

const connecting = 0;
const open = 1;

/**
 * More unsent bytes than this mean that the other side has stopped reading: frames wait for acknowledgements, so a
 * reader that lives never lets the largest message wait with others behind it.
 */
const maxUnsentBytes = maxMessageBytes;

/** The bytes of a message, however the socket hands them over; any other shape is returned unchanged. */
function asMessage(data: unknown): unknown {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  // `ws` with `binaryType: 'fragments'`.
  if (Array.isArray(data) && data.every((part) => part instanceof Uint8Array)) {
    const whole = new Uint8Array(data.reduce((length: number, part) => length + part.byteLength, 0));
    let at = 0;
    for (const part of data) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }
  return data;
}

class WebSocketWire extends BaseWire {
  readonly #socket: SocketLike;
  #beforeOpen: (string | Uint8Array<ArrayBuffer>)[] = [];
  #closing = false;

  constructor(socket: SocketLike) {
    super();
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => this.#opened());
    socket.addEventListener('message', (event) => this.received(asMessage(event.data)));
    // `close` follows with the reason; but `ws` throws an error that nobody listens to.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', ({ code, reason }) => this.closed(reason || `the connection ended (${code})`));
    if (socket.readyState > open) queueMicrotask(() => this.closed('the connection had ended'));
  }

  protected override transmit(message: WireMessage): void {
    // `ws` may write later what it is given now, so it is given a copy.
    const own = typeof message === 'string' ? message : ownBytes(message);
    const socket = this.#socket;
    if (socket.readyState === connecting) this.#beforeOpen.push(own);
    else if (socket.bufferedAmount > maxUnsentBytes) this.close();
    else socket.send(own);
  }

  protected override shut(): void {
    // A connecting socket is closed when it has opened: what was sent still goes out, and a page's console stays clean.
    if (this.#socket.readyState === connecting) this.#closing = true;
    else this.#socket.close();
  }

  #opened(): void {
    for (const message of this.#beforeOpen) this.#socket.send(message);
    this.#beforeOpen = [];
    if (this.#closing) this.#socket.close();
  }
}

/**
 * A wire over a WebSocket of a page or of the package `ws`. The socket may still be connecting: what is sent then
 * waits.
 */
export const webSocketWire = (socket: SocketLike): Wire => new WebSocketWire(socket);
