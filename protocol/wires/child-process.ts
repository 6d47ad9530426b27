import { BaseWire, type Wire, type WireMessage } from '../wire.ts';

/** Either end of Node's IPC channel, opened with `serialization: 'advanced'` (the default, JSON, has no bytes). */
interface Channel {
  readonly connected: boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  disconnect(): void;
}

type Sent = (error: Error | null) => void;

/** Node's `ChildProcess`, as its parent sees it. */
export interface ForkedChild extends Channel {
  send(message: WireMessage, sent: Sent): boolean;
}

/** Node's `process` in a child made by `fork`. In any other process it has no `send`. */
export interface ForkedSelf extends Channel {
  send?(message: WireMessage, handle: undefined, options: undefined, sent: Sent): boolean;
}

class ChannelWire extends BaseWire {
  readonly #channel: Channel;
  readonly #put: (message: WireMessage, sent: Sent) => void;
  /** Messages that the operating system has not taken yet: disconnecting would lose them. */
  #unsent = 0;
  #shutting = false;

  constructor(channel: Channel, put: (message: WireMessage, sent: Sent) => void) {
    super();
    this.#channel = channel;
    this.#put = put;
    channel.on('message', (message) => this.received(message));
    channel.on('disconnect', () => this.closed('the other process closed the channel or ended'));
    if (!channel.connected) queueMicrotask(() => this.closed('the other process is gone'));
  }

  protected override transmit(message: WireMessage): void {
    this.#unsent++;
    this.#put(message, (error) => {
      this.#unsent--;
      if (error) this.closed(error.message);
      this.#disconnectWhenSent();
    });
  }

  protected override shut(): void {
    this.#shutting = true;
    this.#disconnectWhenSent();
  }

  #disconnectWhenSent(): void {
    if (this.#shutting && this.#unsent === 0 && this.#channel.connected) this.#channel.disconnect();
  }
}

/** A wire to a child made by `fork(…, { serialization: 'advanced' })`. Closing it disconnects; it does not end the child. */
export const childProcessWire = (child: ForkedChild): Wire =>
  new ChannelWire(child, (message, sent) => child.send(message, sent));

/** The child's end of the same wire. Throws in a process that was not forked with a channel. */
export function parentWire(self: ForkedSelf): Wire {
  if (!self.send) throw new Error('This process has no channel to a parent: start it with child_process.fork.');
  // Called on `self` each time: Node takes `send` away when the channel is gone.
  return new ChannelWire(self, (message, sent) => self.send?.(message, undefined, undefined, sent));
}
