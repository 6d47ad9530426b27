/** What a socket does that no quick and honest peer makes it do: a stand-in for the network at its other end. */
import { describe, expect, it } from 'vitest';
import { maxMessageBytes, type WireMessage } from '../../protocol/wire.ts';
import { type SocketLike, webSocketWire } from '../../protocol/wires/web-socket.ts';

class FakeSocket implements SocketLike {
  binaryType = 'blob';
  readyState = 1;
  bufferedAmount = 0;
  closes = 0;
  readonly sent: unknown[] = [];
  readonly #listeners = new Map<string, ((event: never) => void)[]>();

  send(message: string | Uint8Array<ArrayBuffer>): void {
    this.sent.push(message);
  }
  close(): void {
    this.closes++;
  }
  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }
  tell(type: string, event: object = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}

describe('a wire over a WebSocket', () => {
  it('is closed when more is unsent than the largest message has, and sends nothing more', () => {
    const socket = new FakeSocket();
    const wire = webSocketWire(socket);
    const reasons: string[] = [];
    wire.onClose((reason) => reasons.push(reason));
    socket.bufferedAmount = maxMessageBytes;
    wire.send('the last');
    expect([socket.sent, reasons]).toEqual([['the last'], []]);
    socket.bufferedAmount++;
    wire.send('one too many');
    wire.send('and another');
    expect(socket).toMatchObject({ sent: ['the last'], closes: 1 });
    expect(reasons).toHaveLength(1);
  });

  it('keeps what is sent while it connects, in order and as it was then, and closes only afterwards', () => {
    const socket = new FakeSocket();
    socket.readyState = 0;
    const wire = webSocketWire(socket);
    const bytes = Uint8Array.of(1, 2);
    wire.send('first');
    wire.send(bytes);
    bytes.fill(9);
    wire.close();
    wire.send('too late');
    expect(socket).toMatchObject({ sent: [], closes: 0 });
    socket.readyState = 1;
    socket.tell('open');
    expect(socket).toMatchObject({ sent: ['first', Uint8Array.of(1, 2)], closes: 1 });
  });

  it('joins the pieces in which a message came, and ends at what is neither text nor bytes', () => {
    const socket = new FakeSocket();
    const wire = webSocketWire(socket);
    const received: WireMessage[] = [];
    wire.onMessage((message) => received.push(message));
    socket.tell('message', { data: [Uint8Array.of(1), Uint8Array.of(2, 3), new Uint8Array(0)] });
    socket.tell('message', { data: Uint8Array.of(4).buffer });
    socket.tell('message', { data: 'text' });
    expect(received).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4), 'text']);
    socket.tell('message', { data: { some: 'object' } });
    socket.tell('message', { data: 'after the end' });
    expect(received).toHaveLength(3);
    expect(socket).toMatchObject({ binaryType: 'arraybuffer', closes: 1 });
  });

  it('tells why the connection ended, by its own words where it has some', () => {
    const reasons = [
      { code: 1001, reason: 'going away' },
      { code: 1006, reason: '' },
    ].map((event) => {
      const socket = new FakeSocket();
      const told: string[] = [];
      webSocketWire(socket).onClose((reason) => told.push(reason));
      socket.tell('error');
      socket.tell('close', event);
      socket.tell('close', event);
      return told;
    });
    expect(reasons).toEqual([['going away'], ['the connection ended (1006)']]);
  });

  it('that had ended before is told so', async () => {
    const socket = new FakeSocket();
    socket.readyState = 3;
    const wire = webSocketWire(socket);
    expect(await new Promise((resolve) => wire.onClose(resolve))).toBe('the connection had ended');
  });
});
