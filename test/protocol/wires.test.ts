import { describe, expect, it } from 'vitest';
import type { Wire, WireMessage } from '../../protocol/wire.ts';
import { wireKinds } from '../support/wire-pairs.ts';

/** The next `count` messages of a wire. Takes over its listener. */
function take(wire: Wire, count: number): Promise<WireMessage[]> {
  const messages: WireMessage[] = [];
  return new Promise((resolve, reject) => {
    wire.onMessage((message) => {
      messages.push(message);
      if (messages.length === count) resolve(messages);
    });
    wire.onClose((reason) => reject(new Error(`The wire closed after ${messages.length} of ${count}: ${reason}`)));
  });
}

const closing = (wire: Wire): Promise<string> => new Promise((resolve) => wire.onClose(resolve));

describe.each(wireKinds)('a wire over: $name', ({ make }) => {
  it('carries strings and bytes unchanged, the empty ones too', async () => {
    await using pair = await make();
    const sent = ['', 'plain', '页面 \u{1f4c4} \0', new Uint8Array(0), Uint8Array.of(0, 255, 10)];
    const answers = take(pair.near, sent.length);
    for (const message of sent) pair.near.send(message);
    const received = await answers;
    expect(received.map((message) => (typeof message === 'string' ? message : [...message]))).toEqual(
      sent.map((message) => (typeof message === 'string' ? message : [...message])),
    );
  });

  it('keeps the order of strings and bytes among each other', async () => {
    await using pair = await make();
    const answers = take(pair.near, 1000);
    pair.near.send('burst 1000');
    const received = await answers;
    received.forEach((message, index) => {
      if (index % 2) expect(message).toBe(`message ${index}`);
      else expect([...(message as Uint8Array)]).toEqual([index & 0xff, index >> 8]);
    });
  });

  it('carries a message of 8 MiB', async () => {
    await using pair = await make();
    const bytes = new Uint8Array(8 << 20).map((_, index) => index % 251);
    const answers = take(pair.near, 1);
    pair.near.send(bytes);
    const [answer] = await answers;
    expect(Buffer.compare(Buffer.from(answer as Uint8Array), bytes)).toBe(0);
  });

  it('sends a subarray without the buffer behind it', async () => {
    await using pair = await make();
    const answers = take(pair.near, 1);
    pair.near.send('describe');
    pair.near.send(new Uint8Array(4 << 20).subarray(1000, 1016));
    const [answer] = await answers;
    const { byteLength, bufferBytes } = JSON.parse(String(answer));
    expect(byteLength).toBe(16);
    expect(bufferBytes).toBeLessThan(1 << 20);
  });

  it('lets both sides reuse sent bytes at once', async () => {
    await using pair = await make();
    const answers = take(pair.near, 2);
    pair.near.send('reuse');
    const mine = new Uint8Array(100_000).fill(3);
    pair.near.send(mine);
    mine.fill(4);
    const [theirs, echo] = await answers;
    expect(new Set(theirs as Uint8Array)).toEqual(new Set([1]));
    expect(new Set(echo as Uint8Array)).toEqual(new Set([3]));
  });

  it('keeps what arrives before there is a listener', async () => {
    await using pair = await make();
    const closed = closing(pair.near);
    pair.near.send('last-words 3');
    await closed;
    expect((await take(pair.near, 3)).map((message) => (message as Uint8Array)[0])).toEqual([0, 1, 2]);
  });

  it('delivers what was sent before closing, then tells both sides once', async () => {
    await using pair = await make();
    let closes = 0;
    pair.near.onClose(() => closes++);
    for (let index = 0; index < 5; index++) pair.near.send(new Uint8Array(500_000));
    pair.near.close();
    pair.near.close();
    expect((await pair.epitaph).received).toBe(5);
    expect(closes).toBe(1);
  });

  it('tells that the other side has closed, also those who ask later', async () => {
    await using pair = await make();
    const closed = closing(pair.near);
    pair.near.send('close');
    const reason = await closed;
    expect(reason).not.toBe('');
    expect(await closing(pair.near)).toBe(reason);
  });

  it('does nothing when it sends or closes after the end', async () => {
    await using pair = await make();
    const closed = closing(pair.near);
    pair.near.send('close');
    await closed;
    pair.near.send('too late');
    pair.near.send(new Uint8Array(8));
    pair.near.close();
    expect((await pair.epitaph).received).toBe(1);
  });
});

describe.each(wireKinds.filter((kind) => kind.carriesForeign))('a wire over: $name', ({ make }) => {
  it('closes when something comes that is neither string nor bytes', async () => {
    await using pair = await make();
    const closed = closing(pair.near);
    const seen: WireMessage[] = [];
    pair.near.onMessage((message) => seen.push(message));
    pair.near.send('foreign');
    await closed;
    expect(seen).toEqual([]);
    await pair.epitaph;
  });
});
