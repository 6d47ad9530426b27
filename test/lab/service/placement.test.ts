import { describe, expect, it } from 'vitest';
import { forkIsolated } from '../../../lab/isolation/fork-isolated.ts';
import { entryOf } from '../../support/entries.ts';
import { problemOf, TestLab } from '../../support/harness.ts';

const entry = entryOf('isolated-entry');
/** 64 MiB of 4 KiB pages. */
const inlinePages = 16_384;

describe('where a session runs', () => {
  it.each([
    ['inline', 'a small region', { pages: 4 }, undefined],
    ['isolated', 'a small region, when that is asked for', { pages: 4 }, 'isolated'],
    ['inline', 'exactly 64 MiB', { pages: inlinePages }, undefined],
    ['isolated', 'more than 64 MiB', { pages: inlinePages + 1 }, undefined],
    ['isolated', 'more than 64 MiB, also when inline is asked for', { pages: inlinePages + 1 }, 'inline'],
    ['isolated', 'more than 64 MiB, also when it is only read', { pages: inlinePages + 1, access: 'read' }, undefined],
  ])('%s: %s', async (expected, _what, parameters, placement) => {
    await using lab = new TestLab(() => forkIsolated(entry));
    // Paused before the first step, nothing is mapped yet.
    const started = await lab.start({ experiment: 'first-touch', parameters, placement, paused: true });
    expect([started.placement, started.pid === process.pid]).toEqual([expected, expected === 'inline']);
  });

  it.each(['lock-everything', 'lock-limit', 'fork'])(
    'isolated: %s, also when inline is asked for',
    async (experiment) => {
      await using lab = new TestLab(() => forkIsolated(entry));
      const started = await lab.start({ experiment, placement: 'inline', paused: true });
      expect([started.placement, started.pid === process.pid]).toEqual(['isolated', false]);
      await using alone = new TestLab();
      for (const placement of [undefined, 'inline', 'isolated'] as const) {
        expect((await problemOf(alone.start({ experiment, placement, paused: true }))).text.en).toBe(
          `${experiment} is to run isolated, and this host cannot start a process for it.`,
        );
      }
    },
  );

  it('refuses isolation where no process can be started', async () => {
    await using lab = new TestLab();
    expect(await problemOf(lab.start({ experiment: 'first-touch', placement: 'isolated' }))).toEqual({
      kind: 'cannot-run-here',
      text: {
        en: 'first-touch is to run isolated, and this host cannot start a process for it.',
        zh: 'first-touch 需要在独立进程中运行，而当前宿主无法启动独立进程。',
      },
    });
  });
});
