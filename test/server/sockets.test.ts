import { once } from 'node:events';
import { expect, it } from 'vitest';
import { connect } from '../../protocol/rpc.ts';
import { webSocketWire } from '../../protocol/wires/web-socket.ts';
import { maxPayloadBytes } from '../../server/sockets.ts';
import { Loopback } from '../support/running-server.ts';

const silent = { event() {}, frame() {} };

it('serves the contract to a window that came by the link', async () => {
  await using loopback = await Loopback.start();
  const client = connect(webSocketWire(await loopback.socket()), silent);
  expect(await client.call('program', { session: 7 })).toBe('program 7');
});

it('gives no socket without the cookie, from another origin, or under another name', async () => {
  await using loopback = await Loopback.start();
  const cookie = await loopback.enter();
  const origin = `http://${loopback.host}`;
  const port = loopback.server.port;
  const refused: Record<string, string>[] = [
    {},
    { origin },
    { cookie },
    { cookie, origin: 'https://evil.example' },
    { cookie, origin: 'null' },
    { cookie, origin: `http://127.0.0.1:${port + 1}` },
    { cookie, origin: `http://evil.example:${port}`, host: `evil.example:${port}` },
    { cookie: `pagescope-${port}=${'0'.repeat(32)}`, origin },
    { cookie: `pagescope-${port}=${loopback.token}`, origin },
  ];
  for (const headers of refused) expect(await loopback.connect(headers), JSON.stringify(headers)).toBe(403);
  expect(await loopback.connect({ cookie, origin }, '/other')).toBe(404);
  expect(await loopback.connect({ origin }, `/wire?token=${loopback.token}`)).toBe(404);
  expect(loopback.service.readers).toHaveLength(0);
});

it('closes a socket that sends an oversized message with 1009, and goes on serving the others', async () => {
  await using loopback = await Loopback.start();
  const cookie = await loopback.enter();
  const headers = { cookie, origin: `http://${loopback.host}` };
  const [bad, good] = [await loopback.connect(headers), await loopback.connect(headers)];
  if (typeof bad === 'number' || typeof good === 'number') throw new Error('Both sockets should be let in.');
  const disposed = loopback.service.disposed();
  const closed = once(bad, 'close');
  bad.send('x'.repeat(maxPayloadBytes + 1));
  const [code] = await closed;
  expect(code).toBe(1009);
  await disposed;
  expect(loopback.service.disposals).toBe(1);
  expect(await connect(webSocketWire(good), silent).call('program', { session: 1 })).toBe('program 1');
});

it('survives malformed frames and text that is not UTF-8, and releases what that window had', async () => {
  await using loopback = await Loopback.start();
  const cookie = await loopback.enter();
  for (const bytes of [
    [0xff, 0xff, 0xff],
    [0x81, 0x81, 0, 0, 0, 0, 0xff],
    [0x81, 0x01, 0x41],
  ]) {
    const tcp = await loopback.bytes(...loopback.upgrade(cookie));
    const [answer] = await once(tcp, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 101/);
    const disposed = loopback.service.disposed();
    tcp.write(Uint8Array.from(bytes));
    tcp.on('data', () => {});
    await disposed;
    tcp.destroy();
  }
  expect(loopback.service.disposals).toBe(3);
  expect((await loopback.ask('/', { cookie })).status).toBe(200);
});

it('disposes of the service when its window goes away without a word', async () => {
  await using loopback = await Loopback.start();
  const socket = await loopback.socket();
  const disposed = loopback.service.disposed();
  socket.terminate();
  await disposed;
  expect(loopback.service.disposals).toBe(1);
});
