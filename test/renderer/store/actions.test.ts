import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serve } from '../../../protocol/rpc.ts';
import { memoryWires } from '../../../protocol/wires/memory.ts';
import { createActions } from '../../../renderer/store/actions.ts';
import { createEngine } from '../../../renderer/store/engine.ts';
import { defaultSettings } from '../../../renderer/store/settings.ts';
import { createAppStore, shownSession } from '../../../renderer/store/store.ts';
import { FakeService } from '../../support/fake-window-service.ts';
import { frameless } from '../../support/frameless.ts';
import { until } from '../../support/until.ts';

async function setUp() {
  const [here, there] = memoryWires();
  const service = new FakeService();
  serve(there, service.make);
  const store = createAppStore(defaultSettings('en'));
  const engine = createEngine(here, store, frameless);
  const actions = createActions(store, engine);
  await actions.load();
  return { store, engine, actions, service, wire: there };
}

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', () => 1);
  vi.stubGlobal('cancelAnimationFrame', () => {});
});
afterEach(() => void vi.unstubAllGlobals());

describe('running', () => {
  it('starts the shown experiment with its parameters, pace and placement', async () => {
    const { actions, service, store } = await setUp();
    actions.setParameter('pages', '4');
    actions.changeSettings({ placement: 'isolated', paceMs: 5 });
    await actions.run();
    expect(service.starts).toEqual([
      expect.objectContaining({ parameters: { pages: 4 }, placement: 'isolated', paceMs: 5, paused: false }),
    ]);
    expect(shownSession(store.getState())).toMatchObject({ state: 'running', started: { parameters: { pages: 4 } } });
  });

  it('shows the recording that an address names, but for a window that has turned to something else meanwhile', async () => {
    const { actions, service, store } = await setUp();
    actions.select('first-touch');
    expect(await actions.reopen('/r/a.pagescope')).toBe(true);
    expect(shownSession(store.getState())?.recording).toBe('/r/a.pagescope');
    const opening = actions.reopen('/r/b.pagescope');
    await actions.recordings.open(undefined);
    expect(await opening).toBe(false);
    expect(store.getState().place.kind).toBe('recordings');
    expect(service.calls.filter((call) => call.startsWith('close'))).toHaveLength(1);
    expect([...store.getState().sessions.values()].map(({ recording }) => recording)).toEqual(['/r/a.pagescope']);
  });

  it('offers the next run when the end of the recording has been told: until then it would be paused', async () => {
    const { actions, service, store } = await setUp();
    service.tellsEnd = false;
    actions.select('first-touch');
    const opening = actions.reopen('/r/a.pagescope');
    await until(() => expect(shownSession(store.getState())?.recording).toBe('/r/a.pagescope'));
    await actions.toggle();
    expect([store.getState().starting, service.calls]).toEqual([true, ['reopen /r/a.pagescope']]);
    const session = shownSession(store.getState())?.id ?? 0;
    service.reader?.event({ kind: 'state', session, state: 'failed' });
    expect(await opening).toBe(true);
    expect([store.getState().starting, shownSession(store.getState())?.state]).toEqual([false, 'failed']);
  });

  it('closes the session before, and hears no more of it', async () => {
    const { actions, service, store, engine } = await setUp();
    await actions.run();
    await actions.run();
    expect(service.calls).toEqual(['start 1', 'close 1', 'start 2']);
    service.reader?.event({ kind: 'state', session: 1, state: 'stopped' });
    await actions.pause();
    engine.flush();
    expect([...store.getState().sessions.keys()]).toEqual([2]);
  });

  it('starts once, also when it is asked again before the engine has answered', async () => {
    const { actions, service, store } = await setUp();
    await Promise.all([actions.run(), actions.run(), actions.step(), actions.toggle()]);
    expect([service.calls, store.getState().starting]).toEqual([['start 1'], false]);
    await Promise.all([actions.toggle(), actions.toggle()]);
    await actions.stop();
    expect(service.starts).toHaveLength(1);
  });

  it('asks nothing of a run that has ended: to stop it would take away what it left to be looked at', async () => {
    const { actions, service, engine } = await setUp();
    await actions.run();
    service.reader?.event({ kind: 'state', session: 1, state: 'completed' });
    // Answers come after the events before them.
    await actions.load();
    engine.flush();
    await actions.stop();
    actions.changeSettings({ paceMs: 7 });
    expect(service.calls).toEqual(['start 1']);
  });

  it('does not start while a parameter is wrong', async () => {
    const { actions, service } = await setUp();
    actions.setParameter('pages', 0);
    await actions.run();
    expect(service.starts).toEqual([]);
  });

  it('shows a refusal in the engine’s own sentence, until the next action', async () => {
    const { actions, service, store } = await setUp();
    service.refuse = 'It would commit 64 GiB.';
    await actions.run();
    expect(store.getState()).toMatchObject({
      starting: false,
      refusal: { kind: 'over-budget', text: { en: 'It would commit 64 GiB.' } },
    });
    service.refuse = undefined;
    await actions.run();
    expect(store.getState().refusal).toBeUndefined();
  });
});

describe('controlling', () => {
  it('steps from nothing by starting paused and doing the first step, then one step at a time', async () => {
    const { actions, service, engine } = await setUp();
    await actions.step();
    engine.flush();
    expect([service.starts[0]?.paused, service.calls]).toEqual([true, ['start 1', 'step 1']]);
    await actions.step();
    expect(service.calls).toEqual(['start 1', 'step 1', 'step 1']);
  });

  it('makes one key run, pause and resume in turn', async () => {
    const { actions, service, engine } = await setUp();
    await actions.toggle();
    await actions.toggle();
    service.reader?.event({ kind: 'state', session: 1, state: 'paused' });
    await actions.stop();
    engine.flush();
    await actions.toggle();
    expect(service.calls).toEqual(['start 1', 'pause 1', 'stop 1', 'resume 1']);
  });

  it('changes the pace of a run that goes on', async () => {
    const { actions, service } = await setUp();
    actions.changeSettings({ paceMs: 300 });
    await actions.run();
    actions.changeSettings({ paceMs: 10 });
    await until(() => expect(service.calls).toEqual(['start 1', 'pace 1 10']));
  });
});

describe('when the connection is lost', () => {
  afterEach(() => void vi.useRealTimers());

  it('says so, and shows before all that the engine had told', async () => {
    const { actions, store, wire, service } = await setUp();
    await actions.run();
    // What gathers events would wait for ever.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    service.reader?.event({ kind: 'state', session: 1, state: 'paused' });
    await new Promise(setImmediate);
    expect(shownSession(store.getState())?.state).toBe('running');
    const shown = new Promise<unknown>((resolve) => {
      store.subscribe((state) => {
        if (state.connection.status === 'lost') resolve([shownSession(state)?.state, state.connection]);
      });
    });
    wire.close();
    expect(await shown).toMatchObject(['paused', { status: 'lost', refused: false }]);
  });
});

describe('the limits', () => {
  it('are a place of their own, which leaves the experiment and its session as they were', async () => {
    const { actions, store } = await setUp();
    actions.select('first-touch');
    await actions.run();
    const session = shownSession(store.getState());
    actions.openLimits('docker');
    expect(store.getState()).toMatchObject({ place: { kind: 'limits', fix: 'docker' }, selected: 'first-touch' });
    actions.select('first-touch');
    expect(store.getState().place).toEqual({ kind: 'experiment' });
    expect(shownSession(store.getState())).toBe(session);
  });

  it('that could not be measured leave the engine’s sentence and can be asked for again', async () => {
    const { actions, store } = await setUp();
    await actions.measureLimits();
    expect(store.getState()).toMatchObject({
      limits: undefined,
      measuringLimits: false,
      refusal: { text: { en: expect.stringContaining('no limits') } },
    });
  });

  it('lead back to now: a time of the run is pointed at no longer', async () => {
    const { actions, store } = await setUp();
    actions.pointAt({ fromNs: 1, toNs: 2 });
    actions.openLimits(undefined);
    expect(store.getState().instant).toBeUndefined();
  });
});
