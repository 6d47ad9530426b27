import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Progress } from '../../../lab/session/progress.ts';
import type { Telling } from '../../../lab/session/session.ts';

const title = { en: 'Write: pages 0–9 of A', zh: '' };
let told: number[];
let progress: Progress;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  told = [];
  const tell = (event: Extract<Telling, { kind: 'progress' }>) => {
    expect(event).toMatchObject({ kind: 'progress', title, total: 10, unit: 'pages' });
    told.push(event.done);
  };
  progress = new Progress(tell, title, 'pages');
});
afterEach(() => void vi.useRealTimers());

/** Work of 10 pages, of which each takes so many ms. */
function work(ms: number): void {
  for (let done = 1; done <= 10; done++) {
    vi.advanceTimersByTime(ms);
    progress.at(done, 10);
  }
}

it('tells nothing of work that is soon done, not even its end', () => {
  work(9);
  progress.end();
  expect(told).toEqual([]);
});

it('tells how far long work is, now and then, and its end once, when it has ended', () => {
  work(40);
  expect(told).toEqual([3, 6, 9]);
  progress.end();
  progress.end();
  expect(told).toEqual([3, 6, 9, 10]);
});

it('tells the end of all of it also when the work was ended early', () => {
  vi.advanceTimersByTime(200);
  progress.at(2, 10);
  progress.end();
  expect(told).toEqual([2, 10]);
});

it('leaves the end to the end, however long the last piece took', () => {
  vi.advanceTimersByTime(200);
  progress.at(4, 10);
  vi.advanceTimersByTime(200);
  progress.at(10, 10);
  expect(told).toEqual([4]);
});
