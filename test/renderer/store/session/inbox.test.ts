import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SessionEvent } from '../../../../protocol/events.ts';
import { Inbox } from '../../../../renderer/store/session/inbox.ts';

const ended = (session: number): SessionEvent => ({ kind: 'state', session, state: 'completed' });

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** An inbox whose batches take some time to show; how many events each had. A frame comes as soon as one is wanted. */
function inboxOf(tookMs: number): { inbox: Inbox; batches: number[] } {
  const batches: number[] = [];
  const scheduler = { before: queueMicrotask, forget: () => {} };
  const inbox = new Inbox(scheduler, (events) => {
    batches.push(events.length);
    vi.advanceTimersByTime(tookMs);
  });
  return { inbox, batches };
}

test('after a rest, events that arrive together are handed on at once and together', async () => {
  const { inbox, batches } = inboxOf(0);
  inbox.add(ended(1));
  inbox.add(ended(1));
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(0);
  expect(batches).toEqual([2]);
});

test('the next batch waits for as long as the one before took to show, and 30 ms at least', async () => {
  for (const [tookMs, waitMs] of [
    [5, 30],
    [80, 80],
  ] as const) {
    const { inbox, batches } = inboxOf(tookMs);
    inbox.add(ended(1));
    await vi.advanceTimersByTimeAsync(0);
    inbox.add(ended(1));
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    inbox.add(ended(1));
    expect(batches, `${tookMs} ms`).toEqual([1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(batches, `${tookMs} ms`).toEqual([1, 2]);
  }
});

const nothing = { tNs: 0, vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 };

test('a sample waits for what comes within a tenth of a second, and then no longer', async () => {
  const sample: SessionEvent = { kind: 'sample', session: 1, sample: nothing };
  const { inbox, batches } = inboxOf(0);
  inbox.add(sample);
  await vi.advanceTimersByTimeAsync(50);
  inbox.add(ended(1));
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([2]);
  await vi.advanceTimersByTimeAsync(50);
  inbox.add(sample);
  await vi.advanceTimersByTimeAsync(98);
  expect(batches).toEqual([2]);
  await vi.advanceTimersByTimeAsync(4);
  expect(batches).toEqual([2, 1]);
});
