import { describe, expect, it } from 'vitest';
import { cProgram } from '../../lab/c-program.ts';
import { compileAndRun, looksIn, skipWithoutCompiler } from './compile.ts';
import { never, TestLab } from './harness.ts';

/** Runs `test`, or skips it and says why. */
const compiled = (name: string, test: () => Promise<void>) =>
  it(name, async (context) => {
    skipWithoutCompiler(context);
    await test();
  });

describe('the session as a C program', () => {
  const runs: [name: string, parameters: Record<string, string | number>][] = [
    ['one page', { pages: 1 }],
    ['sequential writes', { pages: 300 }],
    ['sequential reads', { pages: 300, access: 'read' }],
    ['a random order', { pages: 1000, order: 'random', seed: 3 }],
    ['a stride in loops', { pages: 300, order: 'stride', stride: 8 }],
    ['a stride of more loops than one reads', { pages: 300, order: 'stride', stride: 40 }],
  ];
  for (const [name, parameters] of runs) {
    compiled(`compiles without a warning and finds the same pages resident: ${name}`, async () => {
      await using lab = new TestLab();
      const { session } = await lab.start({ experiment: 'first-touch', parameters });
      await lab.reader.state('completed');
      const printed = compileAndRun(await lab.service.program({ session }, never));
      const report = await lab.service.report({ session, language: 'en' }, never);
      const looks = report.steps.filter(({ call }) => call === 'mincore').map(({ index }) => index);
      const seen = report.snapshots.filter(({ step }) => looks.includes(step)).map(({ counts }) => counts.resident);
      const pages = report.regions[0]?.pages;
      expect(looksIn(printed)).toEqual(seen.map((resident) => `A: resident ${resident}/${pages} pages`));
    });
  }

  compiled('compiles without a warning after every step of a session', async () => {
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'first-touch', parameters: { pages: 2 }, paused: true });
    for (let step = 0; step <= 3; step++) {
      await lab.reader.pausedAfter(step);
      compileAndRun(await lab.service.program({ session }, never));
      await lab.service.control({ session, action: 'step' }, never);
    }
  });

  compiled('makes the calls on a part of a region that the session made', async () => {
    const title = { en: '', zh: '' };
    const range = { firstPage: 2, pageCount: 3 };
    const map = { kind: 'map' as const, title, label: 'A', mapping: { pages: 8 } };
    const touch = { kind: 'touch' as const, access: 'write' as const, pages: [0, 2, 3, 4] };
    const drop = { kind: 'madvise' as const, advice: 'MADV_DONTNEED' as const, range };
    const look = (firstPage: number, pageCount: number) =>
      ({ kind: 'mincore', range: { firstPage, pageCount } }) as const;
    const operations = [touch, look(0, 8), look(1, 3), drop, look(0, 8)];
    const log = operations.map((operation) => ({ kind: 'operation' as const, title, label: 'A', operation }));
    const printed = compileAndRun(cProgram([map, ...log]));
    expect(looksIn(printed)).toEqual(['4/8', '2/3', '1/8'].map((of) => `A: resident ${of} pages`));
  });
});
