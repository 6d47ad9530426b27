import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RafScheduler } from '../../renderer/raf-scheduler.ts';

let frames: FrameRequestCallback[] = [];
const nextFrame = () => {
  for (const callback of frames.splice(0)) callback(0);
};

beforeEach(() => {
  frames = [];
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
  vi.stubGlobal('cancelAnimationFrame', () => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('does a task once a frame, however often it is asked for, and the afterwards after it', () => {
  const scheduler = new RafScheduler();
  const log: string[] = [];
  const draw = () => log.push('draw');
  scheduler.afterwards(() => log.push('acknowledge'));
  scheduler.request(draw);
  scheduler.request(draw);
  nextFrame();
  expect(log).toEqual(['draw', 'acknowledge']);
});

it('begins with what comes before the drawing, and draws what that asks for, also in a microtask', async () => {
  const scheduler = new RafScheduler();
  const log: string[] = [];
  scheduler.request(() => log.push('frame'));
  scheduler.before(() => {
    log.push('events');
    queueMicrotask(() => scheduler.request(() => log.push('canvas')));
  });
  nextFrame();
  await Promise.resolve();
  expect(log).toEqual(['events', 'frame', 'canvas']);
  expect(frames).toEqual([]);
});

it('leaves what a task asks for to the next frame', () => {
  const scheduler = new RafScheduler();
  let times = 0;
  const draw = (): void => {
    times++;
    scheduler.request(draw);
  };
  scheduler.request(draw);
  nextFrame();
  expect(times).toBe(1);
  nextFrame();
  expect(times).toBe(2);
});

it('works without animation frames, as a hidden tab must', () => {
  const scheduler = new RafScheduler();
  const acknowledge = vi.fn();
  scheduler.afterwards(acknowledge);
  vi.advanceTimersByTime(250);
  expect(acknowledge).toHaveBeenCalledTimes(1);
});

it('forgets a task whose view is gone', () => {
  const scheduler = new RafScheduler();
  const draw = vi.fn();
  scheduler.request(draw);
  scheduler.forget(draw);
  nextFrame();
  expect(draw).not.toHaveBeenCalled();
});
