import { BaseWire, type Wire, type WireMessage } from '../wire.ts';
import { unpooledBytes } from './bytes.ts';

/**
 * Electron's `MessagePortMain`: an EventEmitter whose messages come as `{data, ports}`, in the main and in utility
 * processes.
 */
export interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

class ElectronPortWire extends BaseWire {
  readonly #port: ElectronPort;

  constructor(port: ElectronPort) {
    super();
    this.#port = port;
    port.on('message', (event) => this.received(event.data));
    // The only sign that the other end is gone: posting to a closed port is silent.
    port.on('close', () => this.closed('closed by the other side'));
    port.start();
  }

  protected override transmit(message: WireMessage): void {
    // Transfers ports alone, so bytes are cloned: the sender goes on using its own.
    this.#port.postMessage(typeof message === 'string' ? message : unpooledBytes(message));
  }

  protected override shut(): void {
    this.#port.close();
  }
}

/**
 * A wire over a port of Electron's `MessageChannelMain`. Takes the port over and starts it. Utility processes are given
 * such a port too (main makes both ends, since a utility process cannot), so they need no adapter of their own.
 */
export const electronPortWire = (port: ElectronPort): Wire => new ElectronPortWire(port);
