import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { Budget } from '../../lab/service/budget.ts';
import { createService } from '../../lab/service/service.ts';
import type { SessionEvent } from '../../protocol/events.ts';
import { connect } from '../../protocol/rpc.ts';
import { webSocketWire } from '../../protocol/wires/web-socket.ts';
import { entryOf } from '../support/entries.ts';
import { FakeService } from '../support/fake-service.ts';
import { isMapped, isRunning } from '../support/harness.ts';
import { Loopback } from '../support/running-server.ts';

const entry = entryOf('isolated-entry');

/** Far less than what a connection may take to be given up (a minute), and more than a busy machine needs. */
const boundMs = 10_000;
const soon = { timeout: boundMs, interval: 1 };

describe('a server that is stopped', () => {
  it('tells its windows so, and takes no more', async () => {
    await using loopback = await Loopback.start();
    const socket = await loopback.socket();
    const closed = once(socket, 'close');
    await loopback.server.close();
    expect(loopback.service.disposals).toBe(1);
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([1001, 'Pagescope was stopped']);
    await expect(loopback.ask('/')).rejects.toThrow('ECONNREFUSED');
  });

  it(
    'does not wait for a window that is silent, nor for connections that are kept or say half of what they want',
    async () => {
      await using loopback = await Loopback.start();
      const cookie = await loopback.enter();
      const head = ['GET / HTTP/1.1', `Host: ${loopback.host}`, `Cookie: ${cookie}`];
      const answered = [
        await loopback.bytes(...loopback.upgrade(cookie)),
        await loopback.bytes(...head, 'Connection: keep-alive', ''),
      ];
      for (const tcp of answered) await once(tcp, 'data');
      const all = [...answered, await loopback.bytes(), await loopback.bytes(...head)];
      const cut = all.map((tcp) => once(tcp.resume(), 'close'));
      await loopback.server.close();
      await Promise.all(cut);
      expect(loopback.service.disposals).toBe(1);
    },
    boundMs,
  );

  it(
    'lets no window in any more, though its connection was there before',
    async () => {
      await using loopback = await Loopback.start();
      const cookie = await loopback.enter();
      // A window that does not answer holds the stop up, and in the meantime another one asks.
      const silent = await loopback.bytes(...loopback.upgrade(cookie));
      await once(silent, 'data');
      const late = await loopback.bytes();
      const stopped = loopback.server.close();
      const lateClosed = once(late.resume(), 'close');
      late.write(loopback.upgrade(cookie).join('\r\n').concat('\r\n'));
      await Promise.all([stopped, lateClosed]);
      expect(loopback.service.readers).toHaveLength(1);
    },
    boundMs,
  );

  it('has stopped when the last engine has released what it had, and no sooner', async () => {
    const order: string[] = [];
    const disposing: (() => void)[] = [];
    const fake = new FakeService();
    await using loopback = await Loopback.start((reader) => ({
      ...fake.make(reader),
      dispose: () => new Promise((resolve) => disposing.push(resolve)),
    }));
    const left = await loopback.socket();
    left.terminate();
    await vi.waitUntil(() => disposing.length === 1, soon);
    const stopped = loopback.server.close().then(() => order.push('stopped'));
    // A server that did not wait would have stopped by then: it has no connection.
    for (let turn = 0; turn < 100; turn++) await setImmediate();
    order.push('released');
    for (const resolve of disposing) resolve();
    await stopped;
    expect(order).toEqual(['released', 'stopped']);
  });

  it('leaves no mapping, no process and no claim on the budget of the sessions that its windows had', async () => {
    const budget = new Budget(1 << 24);
    const can = { fileDialogs: false, menus: false };
    const host = { kind: 'browser', version: '0.0.0', can, budget, spawnIsolated: () => forkIsolated(entry) } as const;
    await using loopback = await Loopback.start((reader) => createService(host, reader));
    const events: SessionEvent[] = [];
    const client = connect(webSocketWire(await loopback.socket()), {
      event: (event) => events.push(event),
      frame() {},
    });
    const request = { experiment: 'first-touch', parameters: { pages: 77 }, paceMs: 0, paused: true, sampleHz: 10 };
    await client.call('start', { ...request, placement: 'inline' });
    const { session, pid } = await client.call('start', { ...request, placement: 'isolated' });
    await client.call('control', { session: 1, action: 'step' });
    await vi.waitUntil(() => events.some(({ kind }) => kind === 'region'), soon);
    const region = events.find((event) => event.kind === 'region')?.region;
    if (!region) throw new Error('There is no region.');
    expect([session, isMapped(region), isRunning(pid), pid === process.pid]).toEqual([2, true, true, false]);
    await loopback.server.close();
    expect([isMapped(region), isRunning(pid)]).toEqual([false, false]);
    budget.take(budget.totalBytes, { en: 'all of it', zh: '全部' })[Symbol.dispose]();
  });
});
