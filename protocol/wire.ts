/**
 * A wire: an ordered, reliable pipe for strings (calls and events) and bytes (frames) between two processes or threads.
 * It knows nothing of what it carries. Adapters for each kind of pipe stand in `wires/`; one contract suite runs over
 * all of them.
 *
 * - Messages arrive once and in order. Those that arrive before the first `onMessage` are kept for it.
 * - After `close`, or when the other end is gone, `onClose` listeners are called once; `send` then does nothing.
 * - Bytes that were sent may be reused by the sender at once; bytes that arrive belong to the receiver.
 */
export interface Wire {
  send(message: WireMessage): void;
  onMessage(listener: (message: WireMessage) => void): void;
  onClose(listener: (reason: string) => void): void;
  close(): void;
}

export type WireMessage = string | Uint8Array;

/** No message may be longer: 2^26 pages as bytes, and room for a header. */
export const maxMessageBytes = (1 << 26) + 1024;

/** What all adapters share: listeners, messages that came early, closing once. */
export abstract class BaseWire implements Wire {
  #listener: ((message: WireMessage) => void) | undefined;
  #early: WireMessage[] = [];
  #closeListeners: ((reason: string) => void)[] = [];
  #closedBecause: string | undefined;

  /** Puts the message on the pipe. Called only while the wire is open. */
  protected abstract transmit(message: WireMessage): void;
  /** Closes this end of the pipe. Called once. */
  protected abstract shut(): void;

  send(message: WireMessage): void {
    if (this.#closedBecause === undefined) this.transmit(message);
  }

  onMessage(listener: (message: WireMessage) => void): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const message of early) listener(message);
  }

  onClose(listener: (reason: string) => void): void {
    if (this.#closedBecause === undefined) this.#closeListeners.push(listener);
    else listener(this.#closedBecause);
  }

  close(): void {
    if (this.#closedBecause !== undefined) return;
    this.shut();
    this.closed('closed by this side');
  }

  /** For adapters: a message arrived. What is neither string nor bytes is not ours and is dropped with the wire. */
  protected received(message: unknown): void {
    if (this.#closedBecause !== undefined) return;
    if (typeof message !== 'string' && !(message instanceof Uint8Array)) {
      this.close();
      return;
    }
    if (this.#listener) this.#listener(message);
    else this.#early.push(message);
  }

  /** For adapters: the pipe is gone. */
  protected closed(reason: string): void {
    if (this.#closedBecause !== undefined) return;
    this.#closedBecause = reason;
    const listeners = this.#closeListeners;
    this.#closeListeners = [];
    for (const listener of listeners) listener(reason);
  }
}
