import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { serve } from '../protocol/rpc.ts';
import type { Reader, Service } from '../protocol/service.ts';
import { webSocketWire } from '../protocol/wires/web-socket.ts';
import type { Addresses } from './addresses.ts';
import type { Admission } from './admission.ts';
import { type Refusal, refusalBody, refusals } from './refusals.ts';

const wirePath = '/wire';
/**
 * Readers send calls, the longest the actions of a saved workbench. `ws` ends a connection that sends more, with status
 * 1009.
 */
export const maxPayloadBytes = 1 << 26;
/** As many windows have an engine each; more are not opened by a person. */
export const maxWindows = 32;
/** How long a browser has to answer that it is closing too, before its connection is cut. */
const farewellMs = 500;

/** The windows' sockets. Each that is let in has its own service, which ends with it. */
export class Sockets {
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxPayloadBytes });
  readonly #admission: Admission;
  readonly #addresses: Addresses;
  readonly #makeService: (reader: Reader) => Service;
  readonly #disposals = new Set<Promise<void>>();
  #closing = false;

  constructor(admission: Admission, addresses: Addresses, makeService: (reader: Reader) => Service) {
    this.#admission = admission;
    this.#addresses = addresses;
    this.#makeService = makeService;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A connection that breaks while it is being refused is nobody's problem.
    const ignore = () => {};
    socket.on('error', ignore);
    // Its connection was there before the server was closed.
    if (this.#closing) {
      socket.destroy();
      return;
    }
    const refusal = this.#refusal(request);
    if (refusal) {
      refuse(socket, refusal);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (accepted) => {
      socket.off('error', ignore);
      this.#serve(accepted);
    });
  }

  #refusal(request: IncomingMessage): Refusal | undefined {
    if (request.url !== wirePath) return refusals.notFound;
    if (!this.#addresses.isFromOurPage(request)) return refusals.foreign;
    if (!this.#admission.knows(request.headers.cookie)) return refusals.noToken;
    return this.#server.clients.size < maxWindows ? undefined : refusals.tooMany;
  }

  #serve(socket: WebSocket): void {
    serve(webSocketWire(socket), (reader) => {
      const service = this.#makeService(reader);
      return { ...service, dispose: () => this.#remember(service.dispose()) };
    });
  }

  #remember(disposal: Promise<void>): Promise<void> {
    this.#disposals.add(disposal);
    const forget = () => void this.#disposals.delete(disposal);
    disposal.then(forget, forget);
    return disposal;
  }

  /** Ends every connection; resolves when all that they held is released. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#server.clients].map(endSocket));
    await Promise.allSettled(this.#disposals);
  }
}

function endSocket(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => socket.terminate(), farewellMs);
    socket.once('close', () => {
      clearTimeout(cut);
      resolve();
    });
    socket.close(1001, 'Pagescope was stopped');
  });
}

/** Answers in HTTP, since there is no socket yet to answer on. */
function refuse(socket: Duplex, refusal: Refusal): void {
  const body = refusalBody(refusal);
  const reason = STATUS_CODES[refusal.status];
  socket.end(
    [
      `HTTP/1.1 ${refusal.status} ${reason}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
