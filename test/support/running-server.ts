import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect as connectTcp, type Socket as TcpSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { type RunningServer, type ServerOptions, startServer } from '../../server/start-server.ts';
import { FakeService } from './fake-service.ts';

/** A built page as far as a server can tell, in a folder with a secret beside it. */
export interface Page extends AsyncDisposable {
  readonly folder: string;
}

export async function page(): Promise<Page> {
  const parent = await mkdtemp(join(tmpdir(), 'pagescope-server-'));
  const folder = join(parent, 'renderer');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(parent, 'secret.txt'), 'the secret beside it');
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(folder, 'assets', 'app-1a2b3c4d.js'), 'export {};');
  await writeFile(join(folder, '.hidden.txt'), 'hidden');
  await writeFile(join(folder, 'back\\slash.txt'), 'hidden');
  return { folder, [Symbol.asyncDispose]: () => rm(parent, { recursive: true }) };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A loopback host with a service that has no engine, and a browser's moves against it. */
export class Loopback {
  readonly service: FakeService;
  readonly server: RunningServer;
  readonly host: string;
  readonly #page: Page;

  private constructor(server: RunningServer, service: FakeService, built: Page) {
    this.server = server;
    this.service = service;
    this.host = `127.0.0.1:${server.port}`;
    this.#page = built;
  }

  /** @param makeService the service that windows get; the one that has no engine when not given */
  static async start(makeService?: ServerOptions['makeService']): Promise<Loopback> {
    const service = new FakeService();
    const built = await page();
    const options = { port: 0, rendererDir: built.folder, makeService: makeService ?? service.make };
    return new Loopback(await startServer(options), service, built);
  }

  get token(): string {
    return new URL(this.server.url).searchParams.get('token') ?? '';
  }

  /** One request with the path exactly as written. */
  ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: this.server.port, path, method, headers, agent: false });
      asked.on('error', reject);
      asked.on('response', (response) => {
        text(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          reject,
        );
      });
      asked.end();
    });
  }

  /** Opens the link, as the person does; gives the `Cookie` header that the browser then sends. */
  async enter(): Promise<string> {
    const { headers } = await this.ask(`/?token=${this.token}`);
    return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  }

  /** An attempt at a socket: the open one, or the status it was refused with. */
  connect(headers: Record<string, string>, path = '/wire'): Promise<WebSocket | number> {
    const socket = new WebSocket(`ws://${this.host}${path}`, { headers });
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(socket));
      socket.once('unexpected-response', (asked, response) => {
        asked.destroy();
        resolve(response.statusCode ?? 0);
      });
      socket.once('error', reject);
    });
  }

  /** A socket that is let in. */
  async socket(): Promise<WebSocket> {
    const cookie = await this.enter();
    const socket = await this.connect({ cookie, origin: `http://${this.host}` });
    if (typeof socket === 'number') throw new Error(`The socket was refused with ${socket}.`);
    return socket;
  }

  /** A connection of bytes, which says what it is told to and no more. */
  async bytes(...lines: readonly string[]): Promise<TcpSocket> {
    const tcp = connectTcp(this.server.port, '127.0.0.1');
    await once(tcp, 'connect');
    // Connections that are cut end this way or with an error, which is nobody's.
    tcp.on('error', () => {}).write(lines.map((line) => `${line}\r\n`).join(''));
    return tcp;
  }

  /** The request for a socket, as a browser writes it. */
  upgrade(cookie: string): string[] {
    return [
      ...['GET /wire HTTP/1.1', `Host: ${this.host}`, `Origin: http://${this.host}`, `Cookie: ${cookie}`],
      ...['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'],
      ...['Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', ''],
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    await this.#page[Symbol.asyncDispose]();
  }
}
