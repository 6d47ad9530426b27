import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { serve } from '../../../protocol/rpc.ts';
import { memoryWires } from '../../../protocol/wires/memory.ts';
import { createActions } from '../../../renderer/store/actions.ts';
import { createEngine } from '../../../renderer/store/engine.ts';
import { shownOf } from '../../../renderer/store/miniature.ts';
import { defaultSettings } from '../../../renderer/store/settings.ts';
import { createAppStore } from '../../../renderer/store/store.ts';
import { FakeService } from '../../support/fake-window-service.ts';
import { frameless } from '../../support/frameless.ts';
import { until } from '../../support/until.ts';

async function setUp() {
  const [here, there] = memoryWires();
  const service = new FakeService();
  serve(there, service.make);
  const store = createAppStore(defaultSettings('en'));
  const actions = createActions(store, createEngine(here, store, frameless));
  await actions.load();
  const { miniatures } = actions;
  const shown = (key: string) => shownOf(store.getState().miniatures.get(key), store.getState().sessions);
  return { store, actions, miniatures, service, shown };
}

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', () => 1);
  vi.stubGlobal('cancelAnimationFrame', () => {});
});
afterEach(() => void vi.unstubAllGlobals());

it('has a session of its own beside others, and leaves that of the experiment alone', async () => {
  const { actions, miniatures, service, shown, store } = await setUp();
  await actions.run();
  await miniatures.run('a', 'first-touch', { pages: 8 });
  await miniatures.run('b', 'first-touch', { pages: 4 }, true);
  expect([shown('a')?.id, shown('b')?.id, store.getState().current.experiment]).toEqual([2, 3, 1]);
  expect(shown('b')).toMatchObject({
    state: 'paused',
    started: { experiment: 'first-touch', parameters: { pages: 4 } },
  });
  await miniatures.control('b', 'step');
  expect(service.calls).toEqual(['start 1', 'start 2', 'start 3', 'step 3']);
});

it('closes its session when it is run again and when it is released, and keeps what it showed', async () => {
  const { miniatures, service, shown, store } = await setUp();
  await miniatures.run('a', 'first-touch', {});
  await miniatures.run('a', 'first-touch', {});
  expect(service.calls).toEqual(['start 1', 'close 1', 'start 2']);
  service.reader?.event({ kind: 'measurement', session: 2, name: 'xNs', value: 5 });
  await until(() => expect(shown('a')?.measurements.get('xNs')).toBe(5));
  await miniatures.release('a');
  expect(service.calls.at(-1)).toBe('close 2');
  expect(store.getState().sessions.size).toBe(0);
  expect(shown('a')?.measurements.get('xNs')).toBe(5);
  // It was left in the middle.
  expect(shown('a')?.state).toBe('stopped');
});

it('closes at once a session that nobody waits for any more when it opens', async () => {
  const { miniatures, service, shown, store } = await setUp();
  const running = miniatures.run('a', 'first-touch', {});
  await miniatures.release('a');
  await running;
  expect(service.calls).toEqual(['start 1', 'close 1']);
  expect(shown('a')).toBeUndefined();
  expect(store.getState().miniatures.get('a')?.starting).toBe(false);
});

it('keeps a refusal at its own place', async () => {
  const { miniatures, service, store } = await setUp();
  service.refuse = 'Too much.';
  await miniatures.run('a', 'first-touch', {});
  expect(store.getState().miniatures.get('a')?.refusal?.text.en).toBe('Too much.');
  expect(store.getState().refusal).toBeUndefined();
});

it('reads a recording once, unless it has something to show, and its program when it has ended', async () => {
  const { miniatures, service, shown, store } = await setUp();
  await miniatures.read('a', '/r/one.pagescope', '2026-01-01T00:00:00Z');
  expect(shown('a')).toMatchObject({ state: 'completed', started: { parameters: { pages: 8 } } });
  await miniatures.read('a', '/r/two.pagescope', '2026-01-02T00:00:00Z');
  expect(service.calls).toEqual(['reopen /r/one.pagescope']);
  await miniatures.fetchProgram('a');
  expect(store.getState().miniatures.get('a')).toMatchObject({
    program: 'int main(void) {}',
    recordedAt: '2026-01-01T00:00:00Z',
  });
});
