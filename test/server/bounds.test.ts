import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { maxWindows } from '../../server/sockets.ts';
import { maxStrangers } from '../../server/strangers.ts';
import { Loopback } from '../support/running-server.ts';
import { until } from '../support/until.ts';

/** A connection that says nothing; how it ended is in `closed`. */
function silent(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}

describe('connections that nobody has let in', () => {
  it('are kept up to a bound, the oldest go first, and the person with the cookie still comes in', async () => {
    await using loopback = await Loopback.start();
    const cookie = await loopback.enter();
    const asPage = { cookie, origin: `http://${loopback.host}` };
    const window = await loopback.connect(asPage);
    const sockets: Socket[] = [];
    for (let count = 0; count < maxStrangers + 20; count++) sockets.push(await silent(loopback.server.port));
    await until(() => expect(sockets.filter(({ destroyed }) => destroyed).length).toBeGreaterThanOrEqual(20));
    expect(sockets[0]?.destroyed).toBe(true);
    expect(sockets.at(-1)?.destroyed).toBe(false);
    // A window that was let in is none of them.
    expect(typeof window === 'object' && window.readyState === window.OPEN).toBe(true);
    expect((await loopback.ask('/', { Cookie: cookie })).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

describe('windows', () => {
  it('have a bound, and one more is refused in a sentence', async () => {
    await using loopback = await Loopback.start();
    const cookie = await loopback.enter();
    const asPage = { cookie, origin: `http://${loopback.host}` };
    for (let count = 0; count < maxWindows; count++) expect(await loopback.connect(asPage)).toBeTypeOf('object');
    expect(await loopback.connect(asPage)).toBe(503);
  });
});
