import { fork } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { MessageChannel as NodeMessageChannel, Worker } from 'node:worker_threads';
import { WebSocketServer, WebSocket as WsSocket } from 'ws';
import type { Wire } from '../../protocol/wire.ts';
import { childProcessWire } from '../../protocol/wires/child-process.ts';
import { electronPortWire } from '../../protocol/wires/electron-port.ts';
import { memoryWires } from '../../protocol/wires/memory.ts';
import { messagePortWire } from '../../protocol/wires/message-port.ts';
import { type SocketLike, webSocketWire } from '../../protocol/wires/web-socket.ts';
import { MessageChannelMain } from './electron/stand-in/message-channel-main.ts';
import { type Epitaph, farEnd } from './far-end.ts';

/** One wire in the test's hand, and a `farEnd` at the other side of it. */
export interface WirePair extends AsyncDisposable {
  readonly near: Wire;
  readonly epitaph: Promise<Epitaph>;
}

export interface WireKind {
  readonly name: string;
  /** The pipe carries values other than strings and bytes, so the adapter must refuse them. */
  readonly carriesForeign: boolean;
  make(): Promise<WirePair>;
}

const pair = (near: Wire, epitaph: Promise<Epitaph>, end: () => unknown = () => {}): WirePair => ({
  near,
  epitaph,
  async [Symbol.asyncDispose]() {
    near.close();
    await epitaph;
    await end();
  },
});

function forked(): WirePair {
  const child = fork(new URL('./far-child.ts', import.meta.url), {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  if (!child.stdout) throw new Error('The child has no standard output.');
  const epitaph = text(child.stdout).then((line): Epitaph => JSON.parse(line));
  return pair(childProcessWire(child), epitaph, () => exited);
}

function threaded(): WirePair {
  const { port1, port2 } = new NodeMessageChannel();
  const worker = new Worker(new URL('./far-thread.ts', import.meta.url), {
    workerData: port2,
    transferList: [port2],
    execArgv: [],
  });
  const epitaph = once(worker, 'message').then(([message]): Epitaph => message);
  return pair(messagePortWire(port1), epitaph, () => worker.terminate());
}

/** A WebSocket connection over loopback; `connect` makes the client's side. */
async function sockets(
  connect: (url: string) => SocketLike,
): Promise<{ client: Wire; server: Wire; end(): Promise<void> }> {
  const host = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(host, 'listening');
  const address = host.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  const connected = once(host, 'connection');
  // The client's wire is used before it is open, as the renderer does.
  const client = webSocketWire(connect(`ws://127.0.0.1:${address.port}`));
  const [socket] = await connected;
  if (!(socket instanceof WsSocket)) throw new Error('The server accepted no socket.');
  const end = () => new Promise<void>((resolve) => host.close(() => resolve()));
  return { client, server: webSocketWire(socket), end };
}

export const wireKinds: readonly WireKind[] = [
  {
    name: 'in memory',
    carriesForeign: false,
    async make() {
      const [near, far] = memoryWires();
      return pair(near, farEnd(far));
    },
  },
  {
    name: 'DOM MessagePort',
    carriesForeign: true,
    async make() {
      const { port1, port2 } = new MessageChannel();
      return pair(
        messagePortWire(port1),
        farEnd(messagePortWire(port2), () => port2.postMessage({ foreign: 1 })),
      );
    },
  },
  { name: 'MessagePort of a Node thread', carriesForeign: true, make: async () => threaded() },
  {
    name: 'Electron MessagePortMain',
    carriesForeign: true,
    async make() {
      const { port1, port2 } = new MessageChannelMain();
      return pair(
        electronPortWire(port1),
        farEnd(electronPortWire(port2), () => port2.postMessage({ foreign: 1 })),
      );
    },
  },
  { name: 'Node child process', carriesForeign: true, make: async () => forked() },
  {
    name: 'ws, the server near',
    carriesForeign: false,
    async make() {
      const { client, server, end } = await sockets((url) => new WsSocket(url));
      return pair(server, farEnd(client), end);
    },
  },
  {
    name: 'ws, the client near',
    carriesForeign: false,
    async make() {
      const { client, server, end } = await sockets((url) => new WsSocket(url));
      return pair(client, farEnd(server), end);
    },
  },
  {
    name: 'DOM WebSocket',
    carriesForeign: false,
    async make() {
      const { client, server, end } = await sockets((url) => new WebSocket(url));
      return pair(client, farEnd(server), end);
    },
  },
];
