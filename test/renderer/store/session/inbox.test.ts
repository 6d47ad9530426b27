import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SessionEvent } from '../../../../protocol/events.ts';
import { Inbox } from '../../../../renderer/store/session/inbox.ts';

const ended = (session: number): SessionEvent => ({ kind: 'state', session, state: 'completed' });

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** An inbox whose batches take some time to show; how many events each had. */
function inboxOf(tookMs: number): { inbox: Inbox; batches: number[] } {
  const batches: number[] = [];
  const inbox = new Inbox((events) => {
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
