import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Gate } from '../../../lab/experiment-kit/step-gate.ts';

const title = { en: 'Next', zh: '下一步' };

function gate(paused: boolean, paceMs: number) {
  const told: string[] = [];
  const made = new Gate(paused, paceMs, (state, next) => told.push(next ? `${state}: ${next.en}` : state));
  /** Passes the gate and tells what has come of it so far. */
  const pass = () => {
    const result: { passed?: boolean } = {};
    void made.pass(title).then((passed) => {
      result.passed = passed;
    });
    return result;
  };
  return { gate: made, told, pass };
}

describe('the gate between two steps', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('lets a running script through at once when there is no pace', async () => {
    const { pass } = gate(false, 0);
    const result = pass();
    await vi.advanceTimersByTimeAsync(0);
    expect(result.passed).toBe(true);
  });

  it('waits as long as the pace says', async () => {
    const { pass } = gate(false, 400);
    const result = pass();
    await vi.advanceTimersByTimeAsync(399);
    expect(result.passed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(result.passed).toBe(true);
  });

  it('waits for no pace before a step that goes at once, and holds it while paused all the same', async () => {
    const { gate: it } = gate(false, 400);
    expect(await it.pass(title, true)).toBe(true);
    it.pause();
    const passed = vi.fn();
    void it.pass(title, true).then(passed);
    await vi.advanceTimersByTimeAsync(1000);
    expect(passed).not.toHaveBeenCalled();
  });

  it('shortens a wait under way, counting what was waited already', async () => {
    const { gate: it, pass } = gate(false, 5000);
    const result = pass();
    await vi.advanceTimersByTimeAsync(900);
    it.paceMs = 1000;
    await vi.advanceTimersByTimeAsync(99);
    expect(result.passed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(result.passed).toBe(true);
  });

  it('lengthens a wait under way', async () => {
    const { gate: it, pass } = gate(false, 100);
    const result = pass();
    await vi.advanceTimersByTimeAsync(50);
    it.paceMs = 1000;
    await vi.advanceTimersByTimeAsync(949);
    expect(result.passed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(result.passed).toBe(true);
  });

  it('holds while paused, says which step waits, and goes on when resumed', async () => {
    const { gate: it, told, pass } = gate(true, 0);
    const result = pass();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(result.passed).toBeUndefined();
    it.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(result.passed).toBe(true);
    expect(told).toEqual(['paused: Next', 'running']);
  });

  it('says which step waits when it is paused in the middle of a wait', async () => {
    const { gate: it, told, pass } = gate(false, 1000);
    const result = pass();
    await vi.advanceTimersByTimeAsync(500);
    it.pause();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(result.passed).toBeUndefined();
    expect(told).toEqual(['paused: Next']);
  });

  it('lets one step through a paused gate without waiting for the pace, and holds the next', async () => {
    const { gate: it, pass } = gate(true, 5000);
    const first = pass();
    it.step();
    await vi.advanceTimersByTimeAsync(0);
    expect(first.passed).toBe(true);
    const second = pass();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(second.passed).toBeUndefined();
  });

  it('pauses a running script with the step that it lets through', async () => {
    const { gate: it, told, pass } = gate(false, 5000);
    const first = pass();
    it.step();
    await vi.advanceTimersByTimeAsync(0);
    expect(first.passed).toBe(true);
    expect(told).toEqual(['paused: Next']);
  });

  it('keeps to the pace after a step that was asked for too late to be a single one', async () => {
    const { gate: it, pass } = gate(true, 1000);
    it.step();
    it.resume();
    const result = pass();
    await vi.advanceTimersByTimeAsync(999);
    expect(result.passed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(result.passed).toBe(true);
  });

  it.each(['pause', 'resume', 'step'] as const)(
    'turns back for good when stopped: %s does nothing more',
    async (action) => {
      const { gate: it, told, pass } = gate(true, 0);
      const waiting = pass();
      it.stop();
      it[action]();
      const later = pass();
      await vi.advanceTimersByTimeAsync(0);
      expect([waiting.passed, later.passed]).toEqual([false, false]);
      expect(told).toEqual(['paused: Next']);
    },
  );

  it('leaves no timer behind when a wait is cut short', async () => {
    const { gate: it, pass } = gate(false, 5000);
    pass();
    it.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
