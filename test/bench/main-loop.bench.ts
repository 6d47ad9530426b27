/** How long a session keeps its host's main loop from others, at 10 looks a second. Needs 1 GiB of free memory. */
import { setTimeout } from 'node:timers/promises';
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { Budget } from '../../lab/service/budget.ts';
import { createService } from '../../lab/service/service.ts';
import type { Placement } from '../../protocol/experiment.ts';
import { decodeFrame } from '../../protocol/frame.ts';
import { startRequestSchema } from '../../protocol/service.ts';
import { longestBlockMs, median, pages, type Row, row } from '../support/bench/row.ts';
import { entryOf } from '../support/entries.ts';

/** No longer than this may the main loop be blocked. */
const boundMs = 10;
const rounds = 5;
const never = new AbortController().signal;
const entry = entryOf('isolated-entry');

interface Blocks {
  readonly running: number;
  readonly looked: number;
  readonly released: number;
}

/**
 * One session from start to release. An inline one has a host that starts no process, so that any size stays inline.
 */
async function measure(placement: Placement, parameters: Record<string, number | string>): Promise<Blocks> {
  const ended = Promise.withResolvers<void>();
  const host = { kind: 'cli' as const, version: '0.0.0' };
  const spawnIsolated = placement === 'isolated' ? { spawnIsolated: () => forkIsolated(entry) } : {};
  const service = createService(
    { ...host, budget: new Budget(2 * 1024 ** 3), ...spawnIsolated },
    {
      event: (event) => {
        if (event.kind === 'state') ended.resolve();
      },
      frame: (bytes) => {
        const { session, region, sequence } = decodeFrame(bytes);
        service.acknowledge({ session, region, sequence });
      },
    },
  );
  const request = { experiment: 'first-touch', parameters, placement, sampleHz: 10 };
  const { session } = await service.start(startRequestSchema.parse(request), never);
  const running = await longestBlockMs(ended.promise);
  const looked = await longestBlockMs(setTimeout(1000));
  const released = await longestBlockMs(service.close({ session }, never));
  return { running, looked, released };
}

export default async function mainLoop(): Promise<Row[]> {
  const inlinePages = 16_384;
  const [inline, largest, hosted]: [Blocks[], Blocks[], Blocks[]] = [[], [], []];
  await measure('inline', { pages: inlinePages });
  for (let round = 0; round < rounds; round++) {
    inline.push(await measure('inline', { pages: inlinePages, order: 'random' }));
    largest.push(await measure('inline', { pages }));
    hosted.push(await measure('isolated', { pages, order: 'random' }));
  }
  const of = (what: string, blocks: Blocks[], phase: keyof Blocks) =>
    row(`longest block of the main loop: ${what}`, 'ms', 1, median(blocks.map((block) => block[phase])), boundMs);
  return [
    of('262 144 resident pages looked at 10 times a second', largest, 'looked'),
    of('262 144 resident pages released', largest, 'released'),
    of('16 384 pages, the most that is inline, written in random order', inline, 'running'),
    of('262 144 pages written in random order by an isolated process', hosted, 'running'),
  ];
}
