import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { problem } from '../protocol/problem.ts';
import type { Reader, Service } from '../protocol/service.ts';
import { Addresses, loopback } from './addresses.ts';
import { Admission } from './admission.ts';
import { listen } from './listen.ts';
import { Pages } from './pages.ts';
import { Sockets } from './sockets.ts';
import { Strangers } from './strangers.ts';

export interface ServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** The folder of the built page, with its index.html. */
  readonly rendererDir: string;
  /** What the page shows first: the part of its address from `#` on. */
  readonly show?: string;
  /** An engine for one window. */
  readonly makeService: (reader: Reader) => Service;
}

export interface RunningServer {
  /** With the token: good for the first browser that opens it. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection and releases what the windows' sessions held. */
  close(): Promise<void>;
}

/**
 * The app in a browser of this machine: the built page over HTTP and one WebSocket for each window, on 127.0.0.1 alone.
 *
 * Throws a `ProblemError`: `bad-input` when the port cannot be had, `cannot-run-here` when the page is not built.
 */
export async function startServer({ port, rendererDir, show, makeService }: ServerOptions): Promise<RunningServer> {
  if (!existsSync(join(rendererDir, 'index.html'))) {
    throw problem(
      'cannot-run-here',
      `The window's files are not in ${rendererDir}: run npm run build, or install Pagescope again.`,
      `${rendererDir} 中没有界面文件：请运行 npm run build，或重新安装 Pagescope。`,
    );
  }
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 5_000 });
  const listening = await listen(server, port);
  const admission = new Admission(listening);
  const addresses = new Addresses(listening);
  const pages = new Pages(rendererDir, admission, addresses, show);
  const sockets = new Sockets(admission, addresses, makeService);
  const strangers = new Strangers(server);
  const meet = ({ headers, socket }: IncomingMessage) => {
    if (admission.knows(headers.cookie)) strangers.admit(socket);
  };
  server.on('request', (request, response) => {
    meet(request);
    void pages.answer(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    meet(request);
    sockets.upgrade(request, socket, head);
  });
  return {
    url: `http://${loopback}:${listening}/?token=${admission.token}`,
    port: listening,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await sockets.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
