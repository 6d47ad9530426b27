import { vi } from 'vitest';

/**
 * Until it is disposed of, each look at `performance.now()` finds it so much later: what waits for seconds is over in a
 * few turns.
 */
export function fastClock(stepMs: number): Disposable {
  let nowMs = performance.now();
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => {
    nowMs += stepMs;
    return nowMs;
  });
  return { [Symbol.dispose]: () => spy.mockRestore() };
}
