import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { warnings } from '../../../lab/processes/warnings.ts';
import { WatchedProcess } from '../../../lab/processes/watched-process.ts';
import { type WatchedAnswer, watchedAnswerSchema } from '../../../protocol/process-look.ts';
import type { ProcessRow } from '../../../protocol/processes.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { never, TestLab } from '../../support/harness.ts';
import { Target } from '../../support/target.ts';

function watch(pid: number): WatchedProcess {
  const watched = new WatchedProcess(pid);
  onTestFinished(() => watched[Symbol.dispose]());
  return watched;
}

/** Asks until there is a newer look, as often as its cost allows. */
async function newer(watched: WatchedProcess, since: number): Promise<WatchedAnswer> {
  for (;;) {
    const answer = await watched.since(since);
    if (answer.look) return answer;
    await setTimeout(answer.nextMs);
  }
}

describe('a process that is watched', () => {
  it('is looked at again only when something moved, and then the change is seen', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    const watched = watch(target.pid);
    const first = watchedAnswerSchema.parse(await newer(watched, 0));
    await setTimeout(first.nextMs);
    for (let time = 0; time < 20; time++) {
      const answer = await watched.since(first.sequence);
      expect(answer).toMatchObject({ sequence: first.sequence, look: null, behind: false });
    }
    const before = await watched.since(first.sequence);
    expect(before.total.looks).toBe(1);
    expect(before.total.gates).toBeGreaterThan(20);
    await target.order('t');
    const second = await newer(watched, first.sequence);
    const start = `0x${target.region('half').start.toString(16)}`;
    expect(second.look?.mappings?.find((each) => each.start === start)?.residentPages).toBe(48);
    expect(second.total.looks).toBe(2);
  });

  it.each([
    ['locks', 'l'],
    ['gives pages back', 'd'],
    ['maps', 'm'],
    ['unmaps', 'u'],
  ])('that %s has moved', async (_what, order) => {
    const target = await Target.start();
    const watched = watch(target.pid);
    const { sequence } = await newer(watched, 0);
    if (order === 'l' && !target.mayLock) return;
    await target.order(order);
    expect((await newer(watched, sequence)).sequence).not.toBe(sequence);
  });

  it('costs at most 4 % of one CPU, however often it is asked and however much moves', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    const watched = watch(target.pid);
    const began = performance.now();
    let answer = await watched.since(0);
    let lastNs = 0;
    while (answer.total.looks < 6) {
      await target.order('m');
      const before = answer.total;
      answer = await watched.since(answer.sequence);
      if (answer.total.looks > before.looks) lastNs = answer.total.cpuNs - before.cpuNs;
      await setTimeout(answer.nextMs / 3);
    }
    // The rest of the last look is still to come.
    const spentMs = (answer.total.cpuNs - lastNs) / 1e6;
    expect(spentMs / (performance.now() - began)).toBeLessThan(0.05);
  });

  it('through the engine: its look, the pages of a mapping, and a sentence when it ended', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    await using lab = new TestLab();
    const { service } = lab;
    const { pid } = target;
    const answer = await service.process({ pid, since: 0, smaps: false }, never);
    expect(answer.look?.process.pid).toBe(pid);
    const address = `0x${target.region('half').start.toString(16)}`;
    const { mapping, runs } = await service.processPages({ pid, address }, never);
    expect(mapping.pages).toBe(64);
    expect(runs?.filter(([, , flags]) => flags & 2)).toEqual([[0, 32, 3]]);
    await target.end();
    await expect(service.process({ pid, since: answer.sequence, smaps: false }, never)).rejects.toThrow(/ended/);
    await expect(service.process({ pid, since: answer.sequence, smaps: false }, never)).rejects.toThrow(/no process/);
  });
});

describe('warnings', () => {
  const row = { lockShare: 0.5, vmLckBytes: 4096, lockLimitBytes: 8192, ipcLock: false, mappings: 100 } as ProcessRow;
  const samples = (rss: readonly number[], swap = rss.map(() => 0)) =>
    rss.map((rssBytes, at) => ({
      atMs: at * 10_000,
      rssBytes: rssBytes * 2 ** 20,
      swapBytes: (swap[at] ?? 0) * 2 ** 20,
    }));

  it.each<[string, Partial<ProcessRow>, number[], number[], RegExp[]]>([
    ['nothing near, nothing grown', {}, [5, 5], [], []],
    [
      'a lock near its limit',
      { lockShare: 0.8, vmLckBytes: 6554 },
      [],
      [],
      [/VmLck is 80 % of its limit: an mlock of more than 1638 B\b/],
    ],
    ['one that CAP_IPC_LOCK lifts', { lockShare: 0.9, ipcLock: true }, [], [], []],
    ['mappings near their limit', { mappings: 800 }, [], [], [/800 of 1000 mappings/]],
    ['RSS that only grows', {}, [1, 2, 2, 9], [], [/RSS only grew for 30 s: 8 MiB more/]],
    ['RSS that goes up and down', {}, [1, 4, 2], [], []],
    ['too short a time to tell', {}, [9], [], []],
    ['swap that rises', {}, [5, 4], [0, 3], [/3 MiB more of it went to swap within 10 s/]],
  ])('of %s', (_what, more, rss, swap, expected) => {
    const found = warnings({ ...row, ...more }, samples(rss, swap), 1000);
    expect(found.map(({ en }) => en)).toEqual(expected.map((each) => expect.stringMatching(each)));
  });
});
