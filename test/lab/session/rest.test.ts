import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Sampler } from '../../../lab/session/sampler.ts';
import { Session } from '../../../lab/session/session.ts';
import { TestReader } from '../../support/harness.ts';

// Timers alone are made up: the looks are real, and how many there are does not hang on how fast this machine is.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const title = { en: 'a title', zh: '标题' };

it('where nothing moves it is looked at ever less often, up to every two seconds, and not more often where nobody sees it', async () => {
  const experiment = { id: 'test', title, parameters: {} };
  const header = { version: '0', experiment, placement: 'inline', pid: process.pid } as const;
  const session = new Session(1, header, 10, new TestReader());
  let looks = 0;
  session.betweenSteps = () => looks++;
  const looksIn = (seconds: number) => {
    const before = looks;
    vi.advanceTimersByTime(1000 * seconds);
    return looks - before;
  };
  await session.map(title, { pages: 4 });
  expect(looksIn(5)).toBe(50);
  expect(looksIn(20)).toBe(15);
  expect(looksIn(60)).toBe(30);
  session.show(false);
  expect(looksIn(60)).toBe(30);
  session.show(true);
  expect(looksIn(5)).toBe(50);
  expect(looksIn(20)).toBe(14);
  await session.map(title, { pages: 4 });
  // Of two regions.
  expect(looksIn(5)).toBe(100);
  await session.release();
});

it.each([
  ['rests nine times as long as a tick took', 10, 20, 180],
  ['rests longer at a rate that nobody waits at', 2, 1, 999],
  ['but not longer than two seconds', 2, 10, 2000],
  ['unless ticks take long', 2, 300, 9 * 300],
])('a sampler %s', (_what, hz, tookMs, restMs) => {
  let ticks = 0;
  using _sampler = new Sampler(hz, () => {
    ticks++;
    vi.advanceTimersByTime(tookMs);
    return true;
  });
  vi.advanceTimersByTime(100_000);
  expect(ticks).toBe(Math.floor((100_000 - 1000 / hz) / restMs) + 1);
});
