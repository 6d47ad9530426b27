import { BaseWire, type Wire, type WireMessage } from '../wire.ts';

/** Either end of Node's IPC channel, opened with `serialization: 'advanced'` (the default, JSON, has no bytes). */
interface Channel {
  readonly connected: boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  disconnect(): void;
}

/**
 * The last message. Disconnecting at once would lose what the other side has not read yet; the side that reads this has
 * read everything before it, and disconnects.
 */
const farewell = 0;

type ChannelMessage = WireMessage | typeof farewell;
type Sent = (error: Error | null) => void;

/** Node's `ChildProcess`, as its parent sees it. */
export interface ForkedChild extends Channel {
  send(message: ChannelMessage, sent: Sent): boolean;
}

/** Node's `process` in a child made by `fork`. In any other process it has no `send`. */
export interface ForkedSelf extends Channel {
  send?(message: ChannelMessage, handle: undefined, options: undefined, sent: Sent): boolean;
}

class ChannelWire extends BaseWire {
  readonly #channel: Channel;
  readonly #put: (message: ChannelMessage, sent: Sent) => void;
  /** Messages that the operating system has not taken yet. */
  #unsent = 0;
  #leaving = false;

  constructor(channel: Channel, put: (message: ChannelMessage, sent: Sent) => void) {
    super();
    this.#channel = channel;
    this.#put = put;
    channel.on('message', (message) => {
      if (message === farewell) this.#leave();
      else this.received(message);
    });
    channel.on('disconnect', () => this.closed('the other process closed the channel or ended'));
    // A child that could not be started, or a channel that broke; an error without a listener would end this process.
    channel.on('error', (error) => this.closed(error.message));
    if (!channel.connected) queueMicrotask(() => this.closed('the other process is gone'));
  }

  protected override transmit(message: WireMessage): void {
    this.#send(message);
  }

  protected override shut(): void {
    this.#send(farewell);
  }

  #send(message: ChannelMessage): void {
    this.#unsent++;
    this.#put(message, (error) => {
      this.#unsent--;
      // What the other process sent before it ended is still to be read; the channel tells when that is done.
      if (error && !this.#channel.connected) this.closed(error.message);
      this.#disconnectWhenSent();
    });
  }

  #leave(): void {
    this.closed('closed by the other side');
    this.#leaving = true;
    this.#disconnectWhenSent();
  }

  #disconnectWhenSent(): void {
    if (this.#leaving && this.#unsent === 0 && this.#channel.connected) this.#channel.disconnect();
  }
}

/**
 * A wire to a child made by `fork(…, { serialization: 'advanced' })`. Closing it lets the
 * child disconnect; it does not end a child that hangs.
 */
export const childProcessWire = (child: ForkedChild): Wire =>
  new ChannelWire(child, (message, sent) => child.send(message, sent));

/** The child's end of the same wire. Throws in a process that was not forked with a channel. */
export function parentWire(self: ForkedSelf): Wire {
  if (!self.send) throw new Error('This process has no channel to a parent: start it with child_process.fork.');
  // Called on `self` each time: Node takes `send` away when the channel is gone.
  return new ChannelWire(self, (message, sent) => self.send?.(message, undefined, undefined, sent));
}
