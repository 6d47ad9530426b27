import { expect, it } from 'vitest';
import type { Client } from '../../../protocol/rpc.ts';
import { restUnshown } from '../../../renderer/store/rest-unshown.ts';
import { newSession } from '../../../renderer/store/session/session.ts';
import { defaultSettings } from '../../../renderer/store/settings.ts';
import { createAppStore } from '../../../renderer/store/store.ts';

/** A window whose attached session is number 7, and what the engine was told. */
function setUp() {
  const store = createAppStore(defaultSettings('en'));
  const told: boolean[] = [];
  const client = { call: async (_: string, { shown }: { shown: boolean }) => void told.push(shown) };
  let visibilityState: 'visible' | 'hidden' = 'visible';
  let changed = (): void => {};
  const document = {
    get visibilityState() {
      return visibilityState;
    },
    addEventListener: (_: string, listener: () => void) => {
      changed = listener;
    },
  };
  restUnshown(document as unknown as Document, store, client as unknown as Client);
  store.setState({
    place: { kind: 'process', pid: 1, startTicks: 2 },
    sessions: new Map([[7, { ...newSession(7), state: 'open' }]]),
    current: { ...store.getState().current, process: 7 },
  });
  const show = (visible: boolean): void => {
    visibilityState = visible ? 'visible' : 'hidden';
    changed();
  };
  return { store, told, show };
}

it('has an attached session rest while another place or another window is shown', () => {
  const { store, told, show } = setUp();
  expect(told).toEqual([]);
  const { place } = store.getState();
  store.setState({ place: { kind: 'workbench' } });
  store.setState({ place: { kind: 'experiment' } });
  expect(told).toEqual([false]);
  store.setState({ place });
  expect(told).toEqual([false, true]);
  show(false);
  show(true);
  expect(told).toEqual([false, true, false, true]);
});

it('lets it go on while it is recorded', () => {
  const { store, told } = setUp();
  store.setState({ sessions: new Map([[7, { ...newSession(7), state: 'open', recording: '/a.pagescope' }]]) });
  store.setState({ place: { kind: 'workbench' } });
  expect(told).toEqual([]);
});

it('has the workbench and an experiment that is over rest, and lets one that runs go on', () => {
  const { store, told, show } = setUp();
  store.setState({
    place: { kind: 'experiment' },
    sessions: new Map([[8, { ...newSession(8), state: 'running' }]]),
    current: { ...store.getState().current, process: undefined, experiment: 8 },
  });
  show(false);
  expect(told).toEqual([]);
  store.setState({ sessions: new Map([[8, { ...newSession(8), state: 'completed' }]]) });
  expect(told).toEqual([false]);
  show(true);
  store.setState({ place: { kind: 'workbench' } });
  expect(told).toEqual([false, true, false]);
});
