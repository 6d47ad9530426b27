/**
 * How long acts of an inline workbench keep its host's main loop from others, and how long one page of a million takes.
 * Needs 5 GiB.
 */
import { setTimeout } from 'node:timers/promises';
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { Budget } from '../../lab/service/budget.ts';
import { createService } from '../../lab/service/service.ts';
import type { Placement } from '../../protocol/experiment.ts';
import { decodeFrame } from '../../protocol/frame.ts';
import type { Tool } from '../../protocol/page-call.ts';
import { contract } from '../../protocol/service.ts';
import type { PageRuns } from '../../protocol/workbench.ts';
import { longestBlockMs, median, type Row, row } from '../support/bench/row.ts';
import { entryOf } from '../support/entries.ts';

const never = new AbortController().signal;
const entry = entryOf('isolated-entry');

/** No longer than this may the main loop be blocked, and an action on one page take from request to frame. */
const boundMs = { block: 10, onePage: 20 };

/** The most that is inline, and what the figures are stated for. */
const inlinePages = 16_384;
const manyPages = 1 << 20;

async function open(placement: Placement, pages: number) {
  const host = { kind: 'cli', version: '0.0.0', budget: new Budget(8 * 1024 ** 3) } as const;
  let framed = () => {};
  const service = createService(
    { ...host, spawnIsolated: () => forkIsolated(entry) },
    {
      event: () => {},
      frame: (bytes) => {
        const { session, region, sequence } = decodeFrame(bytes);
        service.acknowledge({ session, region, sequence });
        framed();
      },
    },
  );
  const { session } = await service.workbench(contract.workbench.request.parse({ placement }), never);
  const request = { backing: { kind: 'anonymous' }, size: { pages }, protection: ['PROT_READ', 'PROT_WRITE'] };
  const { region = 0 } = await service.inSession(
    'addRegion',
    contract.addRegion.request.parse({ session, region: request }),
    never,
  );
  return {
    service,
    act: (tool: Tool, runs: PageRuns) => service.inSession('act', { session, region, tool, pages: runs }, never),
    nextFrame: () => new Promise<void>((resolve) => (framed = resolve)),
  };
}

const advise = (advice: Extract<Tool, { kind: 'madvise' }>['advice']): Tool => ({ kind: 'madvise', advice });

/** Tools in an order in which each has work to do on the whole region. */
const tools: readonly (readonly [string, Tool])[] = [
  ['write', { kind: 'touch', access: 'write' }],
  ['explicit_bzero', { kind: 'explicit_bzero' }],
  ['MADV_COLD', advise('MADV_COLD')],
  ['MADV_PAGEOUT', advise('MADV_PAGEOUT')],
  ['mprotect', { kind: 'mprotect', protection: ['PROT_READ'] }],
  ['mprotect', { kind: 'mprotect', protection: ['PROT_READ', 'PROT_WRITE'] }],
  ['MADV_FREE', advise('MADV_FREE')],
  ['MADV_DONTNEED', advise('MADV_DONTNEED')],
  ['MADV_POPULATE_WRITE', advise('MADV_POPULATE_WRITE')],
  ['MADV_COLLAPSE', advise('MADV_COLLAPSE')],
  ['MADV_DONTNEED', advise('MADV_DONTNEED')],
  ['mlock', { kind: 'mlock' }],
  ['munlock', { kind: 'munlock' }],
];

async function blocks(): Promise<Row[]> {
  const bench = await open('inline', inlinePages);
  const longest = new Map<string, number[]>();
  for (let round = 0; round < 4; round++) {
    for (const [name, tool] of tools) {
      const block = await longestBlockMs(bench.act(tool, [0, inlinePages]));
      // The first round compiles.
      if (round > 0) longest.set(name, [...(longest.get(name) ?? []), block]);
    }
  }
  await bench.service.dispose();
  return [...longest].map(([name, values]) =>
    row(`longest block of the main loop: ${name} of 16 384 pages`, 'ms', 1, median(values), boundMs.block),
  );
}

async function onePage(): Promise<Row[]> {
  const bench = await open('isolated', manyPages);
  await bench.act(advise('MADV_POPULATE_WRITE'), [0, manyPages]);
  const rows: Row[] = [];
  for (const [name, tool] of [
    ['mlock', { kind: 'mlock' }],
    ['MADV_DONTNEED', advise('MADV_DONTNEED')],
  ] as const satisfies readonly (readonly [string, Tool])[]) {
    const values: number[] = [];
    for (let page = 0; page < 15; page++) {
      // What the last action left to be asked of smaps is done by then.
      await setTimeout(700);
      const seen = bench.nextFrame();
      const begunMs = performance.now();
      await bench.act(tool, [1000 * (page + 1) + (tool.kind === 'mlock' ? 500 : 0), 1]);
      await seen;
      values.push(performance.now() - begunMs);
    }
    rows.push(
      row(`${name} of 1 page of 1 048 576 resident, request to frame`, 'ms', 1, median(values), boundMs.onePage),
    );
  }
  await bench.service.dispose();
  return rows;
}

export default async function workbench(): Promise<Row[]> {
  return [...(await blocks()), ...(await onePage())];
}
