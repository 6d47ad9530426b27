import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { type ProblemError, problem } from '../protocol/problem.ts';
import type { Reader, Service } from '../protocol/service.ts';
import { Addresses, loopback } from './addresses.ts';
import { Admission } from './admission.ts';
import { Pages } from './pages.ts';
import { Sockets } from './sockets.ts';
import { Strangers } from './strangers.ts';

export interface ServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** The folder of the built page, with its index.html. */
  readonly rendererDir: string;
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
export async function startServer({ port, rendererDir, makeService }: ServerOptions): Promise<RunningServer> {
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
  const pages = new Pages(rendererDir, admission, addresses);
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

/** The port it listens on. */
function listen(server: Server, port: number): Promise<number> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw problem(
      'bad-input',
      `${port} is not a port: give a number from 0 (any free port) to 65535.`,
      `${port} 不是有效端口：请给出 0（任意空闲端口）到 65535 之间的数字。`,
    );
  }
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portProblem(port, error)));
    server.listen({ host: loopback, port }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('An HTTP server listens on a port.'));
      else resolve(address.port);
    });
  });
}

function portProblem(port: number, error: NodeJS.ErrnoException): ProblemError {
  const reasons: Record<string, readonly [en: string, zh: string]> = {
    EADDRINUSE: [
      `Port ${port} is in use by another program: give another one with --port, or 0 for any free port.`,
      `端口 ${port} 已被其他程序占用：请用 --port 指定其他端口，或用 0 选择任意空闲端口。`,
    ],
    EACCES: [
      `Port ${port} may not be used without privileges: give one from 1024 with --port, or 0 for any free port.`,
      `没有特权不能使用端口 ${port}：请用 --port 指定 1024 以上的端口，或用 0 选择任意空闲端口。`,
    ],
  };
  const [en, zh] = reasons[error.code ?? ''] ?? [
    `Port ${port} of ${loopback} cannot be listened on (${error.code ?? error.message}): give another one with --port.`,
    `无法监听 ${loopback} 的端口 ${port}（${error.code ?? error.message}）：请用 --port 指定其他端口。`,
  ];
  return problem('bad-input', en, zh, { cause: error });
}
