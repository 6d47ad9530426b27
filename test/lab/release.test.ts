import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Region } from '../../lab/regions/region.ts';
import { Budget } from '../../lab/service/budget.ts';
import { createService } from '../../lab/service/service.ts';
import { connect, serve } from '../../protocol/rpc.ts';
import type { Service } from '../../protocol/service.ts';
import { memoryWires } from '../../protocol/wires/memory.ts';
import { isMapped, TestReader, testBudgetBytes } from './harness.ts';

const pages = 311;

/** An engine at one end of a wire and a reader at the other; `released` resolves when the engine has been disposed of. */
function connected() {
  const [near, far] = memoryWires();
  const reader = new TestReader();
  const disposed = Promise.withResolvers<void>();
  const budget = new Budget(testBudgetBytes);
  serve(far, (toReader): Service => {
    const host = { kind: 'cli' as const, version: '0.0.0', budget };
    const service = createService(host, toReader);
    return { ...service, dispose: () => service.dispose().then(disposed.resolve, disposed.reject) };
  });
  const client = connect(near, reader);
  reader.acknowledge = (session, region, sequence) => client.acknowledge({ session, region, sequence });
  return { wire: near, client, reader, budget, released: disposed.promise };
}

describe('what a session leaves behind', () => {
  it('is nothing when its reader disconnects: every mapping and the budget are released', async () => {
    const { wire, client, reader, budget, released } = connected();
    await client.call('start', { experiment: 'first-touch', parameters: { pages } });
    await reader.state('completed');
    await client.call('start', { experiment: 'first-touch', parameters: { pages: pages + 2, access: 'read' } });
    await reader.until(() => reader.of('state').length === 2);
    const regions = reader.of('region').map(({ region }) => region);
    expect(regions.map((region) => isMapped(region))).toEqual([true, true]);
    wire.close();
    await released;
    expect(regions.map((region) => isMapped(region))).toEqual([false, false]);
    expect(() => budget.take(testBudgetBytes, { en: '', zh: '' })).not.toThrow();
  });

  it('is nothing when the reader disconnects while the experiment is paused half-way', async () => {
    const { wire, client, reader, released } = connected();
    const { session } = await client.call('start', { experiment: 'first-touch', parameters: { pages }, paused: true });
    for (let step = 1; step <= 5; step++) {
      await client.call('control', { session, action: 'step' });
      await reader.pausedAfter(step);
    }
    const regions = reader.of('region').map(({ region }) => region);
    expect(regions.map((region) => isMapped(region))).toEqual([true]);
    wire.close();
    await released;
    expect(regions.map((region) => isMapped(region))).toEqual([false]);
  });

  it('is nothing when the reader disconnects while the session is being opened', async () => {
    const { wire, client, budget, released } = connected();
    const starting = client.call('start', { experiment: 'first-touch', parameters: { pages: 1024 } });
    wire.close();
    await expect(starting).rejects.toThrow('The connection to Pagescope was closed.');
    await released;
    expect(() => budget.take(testBudgetBytes, { en: '', zh: '' })).not.toThrow();
  });

  it('is nothing when the start of a session is cancelled', async () => {
    const { wire, client, reader, budget, released } = connected();
    const cancel = new AbortController();
    const starting = client.call('start', { experiment: 'first-touch', parameters: { pages } }, cancel.signal);
    cancel.abort();
    await expect(starting).rejects.toThrow('The request was cancelled.');
    // The connection lives on and the next session is the only one.
    const { session } = await client.call('start', {
      experiment: 'first-touch',
      parameters: { pages: 2 },
      paused: true,
    });
    await reader.until(() => reader.of('state').some((event) => event.session === session));
    expect(reader.of('region').every(({ region }) => !isMapped(region))).toBe(true);
    wire.close();
    await released;
    expect(() => budget.take(testBudgetBytes, { en: '', zh: '' })).not.toThrow();
  });

  it('is no fence either: mapping and releasing regions does not add up', async () => {
    const mappings = () => readFileSync('/proc/self/maps', 'latin1').split('\n').length;
    const before = mappings();
    for (let round = 1; round <= 200; round++) {
      const { region } = Region.map(round, 'A', { pages: 3 }, (call) => call());
      if (!region) throw new Error('mmap was refused.');
      await region.release();
    }
    expect(mappings() - before).toBeLessThan(100);
  });
});
