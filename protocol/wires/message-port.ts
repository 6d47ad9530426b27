import { BaseWire, type Wire, type WireMessage } from '../wire.ts';
import { unpooledBytes } from './bytes.ts';

/** `type` is every event's; Node's types promise no more of what its ports emit. */
interface PortEvent {
  readonly type: string;
  readonly data?: unknown;
}

/** What a DOM `MessagePort` and one of Node's `worker_threads` (`parentPort` too) have in common. */
export interface EventTargetPort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message' | 'messageerror' | 'close', listener: (event: PortEvent) => void): void;
  start(): void;
  close(): void;
}

class MessagePortWire extends BaseWire {
  readonly #port: EventTargetPort;

  constructor(port: EventTargetPort) {
    super();
    this.#port = port;
    port.addEventListener('message', (event) => this.received(event.data));
    // What cannot be read here was not sent by a wire; BaseWire closes on what is neither string nor bytes.
    port.addEventListener('messageerror', () => this.received(undefined));
    // Chromium 122 and later tell when the other end is gone; Node always has.
    port.addEventListener('close', () => this.closed('closed by the other side'));
    port.start();
  }

  protected override transmit(message: WireMessage): void {
    // Cloned, not transferred: the sender goes on using its bytes.
    this.#port.postMessage(typeof message === 'string' ? message : unpooledBytes(message));
  }

  protected override shut(): void {
    this.#port.close();
  }
}

/**
 * A wire over a port of a `MessageChannel`: in a page, or between threads of Node. Takes the port over and starts it.
 */
export const messagePortWire = (port: EventTargetPort): Wire => new MessagePortWire(port);
