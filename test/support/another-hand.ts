/**
 * What somebody else in the engine's process does to the memory of its regions: no step tells of it, and the session
 * learns of it by looking, as it would of a thread or a debugger.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Clock } from '../../lab/base/clock.ts';
import { performNow } from '../../lab/operations/perform.ts';
import { Region } from '../../lab/regions/region.ts';
import type { Operation } from '../../protocol/operation.ts';

/** The regions of this process by their address. */
const regions = new Map<string, Region>();

const { map, lent } = Region;
Region.map = (...request) => {
  const mapped = map.apply(Region, request);
  if ('region' in mapped && mapped.region) regions.set(mapped.region.info().address, mapped.region);
  return mapped;
};

Region.lent = (...request) => {
  const region = lent.apply(Region, request);
  regions.set(region.info().address, region);
  return region;
};

/** Does it in this process; the answer is the errno. */
export function byHand(address: string, operation: Operation): string | null {
  const region = regions.get(address);
  if (!region) throw new Error(`no region at ${address}`);
  return performNow(operation, region, new Clock()).errno;
}

/** The variable with the path of the socket on which an isolated process of a test is told what to do. */
const variable = 'PAGESCOPE_TEST_HAND';

/** In an isolated process: does what it is told, where somebody wants to tell. */
export function obey(): void {
  const path = process.env[variable];
  if (path === undefined) return;
  const socket = connect(path).unref();
  createInterface(socket).on('line', (line) => {
    const { address, operation } = JSON.parse(line);
    socket.write(`${byHand(address, operation)}\n`);
  });
}

/** A hand in the isolated process that is started with `environment`. */
export class IsolatedHand implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'hand-'));
  readonly #path = join(this.#folder, 'socket');
  readonly #server: Server = createServer().listen(this.#path);
  readonly #socket: Promise<Socket> = once(this.#server, 'connection').then(([socket]) => socket);
  readonly environment = { [variable]: this.#path };

  async do(address: string, operation: Operation): Promise<void> {
    const socket = await this.#socket;
    socket.write(`${JSON.stringify({ address, operation })}\n`);
    await once(socket, 'data');
  }

  [Symbol.dispose](): void {
    void this.#socket.then((socket) => socket.destroy());
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
