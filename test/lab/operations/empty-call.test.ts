import { describe, expect, it } from 'vitest';
import { Clock } from '../../../lab/base/clock.ts';
import { environment } from '../../../lab/limits/environment.ts';
import { engineFaultsOf, Meter } from '../../../lab/operations/meter.ts';
import { emptyCallNs } from '../../../native/calls/call-meter.ts';
import { munlock } from '../../../native/calls/mlock.ts';

describe('the empty call', () => {
  it('is measured once in a process, and is in its environment', () => {
    const first = emptyCallNs();
    expect(first).toBeGreaterThan(0);
    expect([emptyCallNs(), environment().emptyCallNs]).toEqual([first, first]);
  });

  it('takes as long as measuring one again does at the best, or longer', () => {
    const again = Array.from({ length: 100 }, () => {
      const meter = new Meter(new Clock());
      meter.measure(() => munlock(0n, 0));
      return meter.reading.durationNs;
    });
    expect(emptyCallNs()).toBeGreaterThanOrEqual(Math.min(...again));
  });
});

it('faults beyond one for each page are said to have others in them, and no fewer', () => {
  expect(engineFaultsOf(64, 64)).toEqual({ en: '', zh: '' });
  expect(engineFaultsOf(64, 66)).toEqual({
    en: expect.stringContaining('engine’s own'),
    zh: expect.stringContaining('引擎自身'),
  });
});
