import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serve } from '../../../protocol/rpc.ts';
import { maxPieceBytes, maxUploadBytes } from '../../../protocol/service.ts';
import { memoryWires } from '../../../protocol/wires/memory.ts';
import { createActions } from '../../../renderer/store/actions.ts';
import { createEngine } from '../../../renderer/store/engine.ts';
import { defaultSettings } from '../../../renderer/store/settings.ts';
import { createAppStore, shownSession } from '../../../renderer/store/store.ts';
import { FakeService } from '../../support/fake-window-service.ts';
import { frameless } from '../../support/frameless.ts';
import { problemOf } from '../../support/harness.ts';
import { until } from '../../support/until.ts';

async function setUp() {
  const [here, there] = memoryWires();
  const service = new FakeService();
  service.recorded = ['/r/one.pagescope', '/r/kept/two.pagescope'].map((file) => ({
    file,
    sizeBytes: 1,
    kept: file.includes('kept'),
  }));
  serve(there, service.make);
  const store = createAppStore(defaultSettings('en'));
  const actions = createActions(store, createEngine(here, store, frameless));
  await actions.load();
  return { store, actions, service };
}

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', () => 1);
  vi.stubGlobal('cancelAnimationFrame', () => {});
});
afterEach(() => void vi.unstubAllGlobals());

it('opens a recording by the name in its address, also one that is kept, and ends the one before', async () => {
  const { actions, service, store } = await setUp();
  await actions.recordings.open('one.pagescope');
  expect(shownSession(store.getState())).toMatchObject({
    state: 'completed',
    started: { experiment: 'first-touch', parameters: { pages: 8 }, pid: 9 },
  });
  await actions.recordings.open('kept/two.pagescope');
  expect(store.getState().reopened?.name).toBe('kept/two.pagescope');
  expect(service.calls).toEqual(['reopen /r/one.pagescope', 'close 101', 'reopen /r/kept/two.pagescope']);
  expect(store.getState().sessions.size).toBe(1);
});

it('keeps what is open while the window shows an experiment, and ends it with the list', async () => {
  const { actions, service, store } = await setUp();
  await actions.recordings.open('one.pagescope');
  actions.select('first-touch');
  expect(shownSession(store.getState())).toBeUndefined();
  await actions.recordings.open('one.pagescope');
  expect(shownSession(store.getState())?.id).toBe(101);
  await actions.recordings.open(undefined);
  expect(shownSession(store.getState())).toBeUndefined();
  expect(service.calls).toEqual(['reopen /r/one.pagescope', 'close 101']);
});

it('ends at once a recording that the window has turned away from while it was opened', async () => {
  const { actions, service, store } = await setUp();
  await actions.recordings.open(undefined);
  const opening = actions.recordings.open('one.pagescope');
  await actions.recordings.open(undefined);
  await opening;
  expect(store.getState()).toMatchObject({ reopened: undefined, current: { recordings: undefined } });
  for (const call of service.calls.filter((each) => each.startsWith('reopen'))) {
    expect(service.calls).toContain(`close ${101 + service.calls.indexOf(call)}`);
  }
});

it('opens the recording in a file that lies elsewhere, by its path', async () => {
  const { actions, service, store } = await setUp();
  await actions.recordings.open('/home/me/one.pagescope');
  expect(service.calls).toEqual(['reopen /home/me/one.pagescope']);
  expect(store.getState().reopened?.name).toBe('/home/me/one.pagescope');
});

it('compares two, which are closed again, and has the sentence for one that is gone', async () => {
  const { actions, service, store } = await setUp();
  await actions.recordings.open('one.pagescope', 'kept/two.pagescope');
  const both = await actions.recordings.openBoth(['one.pagescope', 'kept/two.pagescope']);
  if (!both) throw new Error('They are not open.');
  expect(both.sides.map(({ reopened }) => reopened.session)).toEqual([101, 102]);
  expect(await actions.recordings.compare(both)).toMatchObject({ same: true });
  await actions.recordings.closeBoth(both);
  expect(service.calls.slice(2)).toEqual(['compare 101 102', 'close 101', 'close 102']);
  expect(store.getState().sessions.size).toBe(0);
  expect(await actions.recordings.openBoth(['one.pagescope', 'gone'])).toBeUndefined();
  expect(store.getState().refusal?.text.en).toContain('“gone”');
  expect(service.calls.at(-1)).toMatch(/^close/);
});

it('asks for nothing under a name that no recording has', async () => {
  const { actions, service, store } = await setUp();
  await actions.recordings.open('gone.pagescope');
  expect(service.calls).toEqual([]);
  expect(store.getState().recordings?.listed).toHaveLength(2);
  expect(store.getState().reopening).toBeUndefined();
});

it('keeps one, lists it where it then is, and deletes it', async () => {
  const { actions, service, store } = await setUp();
  await actions.recordings.open(undefined);
  const files = () => store.getState().recordings?.listed.map(({ file }) => file);
  const listed = (file: string) => {
    const found = store.getState().recordings?.listed.find((each) => each.file === file);
    if (!found) throw new Error(`${file} is not listed.`);
    return found;
  };
  await actions.recordings.keep(listed('/r/one.pagescope'), true);
  expect(files()).toEqual(['/r/kept/one.pagescope', '/r/kept/two.pagescope']);
  await actions.recordings.keep(listed('/r/kept/two.pagescope'), false);
  await actions.recordings.remove(listed('/r/two.pagescope'));
  expect(files()).toEqual(['/r/kept/one.pagescope']);
  expect(service.calls).toEqual(['keep /r/one.pagescope', 'unpin /r/kept/two.pagescope', 'delete /r/two.pagescope']);
});

const sqlite = (bytes: number) => new Uint8Array(bytes).map((_, at) => 'SQLite format 3\0'.charCodeAt(at % 16));

it('sends a file in pieces, opens it by a name of its own, and calls it as its user does where it is refused', async () => {
  const { actions, service, store } = await setUp();
  const name = await actions.recordings.upload(new File([sqlite(maxPieceBytes + 5)], 'run.pagescope'));
  expect(service.calls).toEqual([`upload 1 ${maxPieceBytes}`, 'upload 1 5']);
  expect(store.getState().uploading).toBeUndefined();
  await actions.recordings.open(name);
  expect(service.calls.at(-1)).toBe('reopen /tmp/upload/1');
  expect(store.getState().reopened?.name).toBe(name);
  service.refuse = '/tmp/upload/1 cannot be opened';
  await actions.recordings.open(undefined);
  await actions.recordings.open(name);
  expect(store.getState().refusal?.text.en).toBe('run.pagescope cannot be opened');
  // After a reload nobody knows it any more.
  await actions.recordings.open('@3:other.pagescope');
  expect(store.getState().refusal?.text.en).toContain('“other.pagescope” was dropped on a window that is gone');
});

it('sends nothing of what is no recording, is too large or cannot be read', async () => {
  const { actions, service } = await setUp();
  const refused = async (file: File) => problemOf(actions.recordings.upload(file));
  expect((await refused(new File(['{}'], 'x.json'))).text.en).toContain('“x.json” cannot be opened: it is not');
  const large = Object.defineProperty(new File([], 'l'), 'size', { value: maxUploadBytes + 1 });
  expect(await refused(large)).toMatchObject({ kind: 'over-budget' });
  const gone = Object.defineProperty(new File([], 'g'), 'slice', {
    value: () => ({ arrayBuffer: () => Promise.reject(new Error('it is gone')) }),
  });
  expect((await refused(gone)).text.en).toBe('“g” cannot be read: it is gone');
  expect(service.calls).toEqual([]);
});

it('stops sending when that is cancelled', async () => {
  const { actions, service, store } = await setUp();
  const sending = problemOf(actions.recordings.upload(new File([sqlite(maxPieceBytes * 3)], 'run.pagescope')));
  store.subscribe(({ uploading }) => {
    if (uploading && uploading.done > 0) actions.recordings.cancelUpload();
  });
  expect(await sending).toMatchObject({ kind: 'cancelled' });
  expect(service.calls.length).toBeLessThan(3);
  expect(store.getState().uploading).toBeUndefined();
});

it('asks for the pages of the instant that is shown where a recording tells its film alone, the newest of several', async () => {
  const { actions, service, store } = await setUp();
  service.film = {
    region: 1,
    bins: 1,
    takenNs: [5, 9],
    steps: [0, 1],
    looks: 'AAAAAA==',
    changed: 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  const asked = () => service.calls.filter((call) => call.startsWith('pagesAt'));
  await actions.recordings.open('one.pagescope');
  actions.pointAt({ fromNs: 5, toNs: 6 });
  actions.pointAt({ fromNs: 5, toNs: 7 });
  actions.pointAt({ fromNs: 5, toNs: 8 });
  await expect.poll(asked).toEqual(['pagesAt 6', 'pagesAt 8']);
  // The same is there already.
  actions.pointAt({ fromNs: 8, toNs: 8 });
  actions.pointAt(undefined);
  await expect.poll(asked).toEqual(['pagesAt 6', 'pagesAt 8', `pagesAt ${Number.MAX_SAFE_INTEGER}`]);

  // One that is told frame by frame has them.
  service.film = undefined;
  await actions.recordings.open('kept/two.pagescope');
  actions.pointAt({ fromNs: 5, toNs: 6 });
  expect(store.getState().instant?.toNs).toBe(6);
  await actions.recordings.open(undefined);
  expect(asked()).toHaveLength(3);
});

it('sets the limit, and where that would delete some gives how many and changes nothing', async () => {
  const { actions, service } = await setUp();
  expect(await actions.recordings.limit(4000, false)).toEqual({ count: 2, bytes: 5000 });
  expect(await actions.recordings.limit(4000, true)).toBeUndefined();
  expect(service.calls.filter((call) => call.startsWith('limit'))).toEqual(['limit 4000', 'limit 4000, deletes']);
});

describe('running both of two again', () => {
  async function both() {
    const { actions, service, store } = await setUp();
    const compared = await actions.recordings.openBoth(['one.pagescope', 'kept/two.pagescope']);
    if (!compared) throw new Error('They were not opened.');
    const stop = new AbortController();
    const names = actions.recordings.runBoth(compared, stop.signal);
    const started = (count: number) => until(() => expect(service.starts).toHaveLength(count));
    const end = (session: number, file?: string) => {
      if (file !== undefined) service.reader?.event({ kind: 'recording', session, file });
      service.reader?.event({ kind: 'state', session, state: 'completed' });
    };
    return { service, store, names, stop, started, end };
  }

  it('begins the second when the first has ended, and gives the names of their recordings', async () => {
    const { service, names, started, end } = await both();
    await started(1);
    end(1, '/r/three.pagescope');
    await started(2);
    const order = service.calls.filter((call) => /^(start|close)/.test(call));
    expect(order).toEqual(['start 1', 'close 1', 'start 2']);
    expect(service.starts).toMatchObject([{ parameters: { pages: 8 } }, { parameters: { pages: 8 } }]);
    end(2, '/r/four.pagescope');
    expect(await names).toEqual(['three.pagescope', 'four.pagescope']);
  });

  it('says so where the first was not recorded, and does not begin the second', async () => {
    const { service, store, names, started, end } = await both();
    await started(1);
    end(1);
    expect(await names).toBeUndefined();
    expect(store.getState().refusal?.text.en).toContain('was not recorded');
    expect(service.starts).toHaveLength(1);
  });

  it('ends the one that runs when it is stopped, without a complaint', async () => {
    const { service, store, names, stop, started } = await both();
    await started(1);
    stop.abort();
    expect(await names).toBeUndefined();
    expect(store.getState().refusal).toBeUndefined();
    expect(service.calls.at(-1)).toBe('close 1');
    expect(service.starts).toHaveLength(1);
  });
});
