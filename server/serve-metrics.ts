import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Addresses, loopback } from './addresses.ts';
import { listen } from './listen.ts';
import { type Refusal, refusalBody, refusals } from './refusals.ts';

export interface MetricsSource {
  readonly contentType: string;
  scrape(): Promise<string>;
}

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

const path = '/metrics';

/**
 * Metrics for a program on this machine that asks for them. There is no token: what is told are sums of what the files
 * of /proc tell everybody. Pages of other sites are refused by the name that they call this host and by their origin.
 *
 * @param port 0 takes any free one
 * @param anyHost answer by whatever name this host is called: a proxy in front passes on the name that it was called by
 * @throws ProblemError `bad-input` when the port can't be had
 */
export async function serveMetrics(port: number, source: MetricsSource, anyHost = false): Promise<MetricsServer> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 20_000, maxHeaderSize: 8192 });
  server.maxConnections = 64;
  const listening = await listen(server, port);
  const addresses = new Addresses(listening);
  server.on('request', (request, response) => {
    void answer(request, response, anyHost || addresses.isOurs(request), source);
  });
  return {
    url: `http://${loopback}:${listening}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refusalOf({ method, url, headers }: IncomingMessage, ours: boolean): Refusal | undefined {
  if (!ours || headers.origin !== undefined) return refusals.foreign;
  if (url?.split('?', 1)[0] !== path) return refusals.notFound;
  return method === 'GET' || method === 'HEAD' ? undefined : refusals.method;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  ours: boolean,
  source: MetricsSource,
): Promise<void> {
  const refusal = refusalOf(request, ours);
  if (refusal) {
    response.writeHead(refusal.status, { 'content-type': 'text/plain; charset=utf-8' }).end(refusalBody(refusal));
    return;
  }
  try {
    const body = await source.scrape();
    response.writeHead(200, { 'content-type': source.contentType, 'cache-control': 'no-store' }).end(body);
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(`${(error as Error).message}\n`);
  }
}
