import type { Wire } from '../../protocol/wire.ts';

/** What the far end says of itself when its wire has closed. */
export interface Epitaph {
  /** Messages that reached it. */
  readonly received: number;
  readonly reason: string;
}

/**
 * The other side of the wire contract's tests: does what it is told, so that it can just as well live in another
 * process or thread. Bytes and unknown strings are sent back.
 *
 * @param sendForeign puts a value on the pipe that no wire would send, where the pipe can carry one
 */
export function farEnd(wire: Wire, sendForeign?: () => void): Promise<Epitaph> {
  let received = 0;
  let describing = false;
  wire.onMessage((message) => {
    received++;
    if (typeof message !== 'string') {
      const { byteLength, buffer } = message;
      wire.send(describing ? JSON.stringify({ byteLength, bufferBytes: buffer.byteLength }) : message);
      return;
    }
    const [command, count] = message.split(' ');
    if (command === 'describe') describing = true;
    else if (command === 'burst') {
      for (let index = 0; index < Number(count); index++) {
        wire.send(index % 2 ? `message ${index}` : Uint8Array.of(index & 0xff, index >> 8));
      }
    } else if (command === 'reuse') {
      const bytes = new Uint8Array(100_000).fill(1);
      wire.send(bytes);
      bytes.fill(2);
    } else if (command === 'foreign') sendForeign?.();
    else if (command === 'close') wire.close();
    else if (command === 'last-words') {
      for (let index = 0; index < Number(count); index++) wire.send(new Uint8Array(500_000).fill(index));
      wire.close();
    } else wire.send(message);
  });
  return new Promise((resolve) => wire.onClose((reason) => resolve({ received, reason })));
}
