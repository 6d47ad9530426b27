import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ProblemError } from '../../../protocol/problem.ts';
import { serve } from '../../../protocol/rpc.ts';
import type { Received } from '../../../protocol/service.ts';
import { memoryWires } from '../../../protocol/wires/memory.ts';
import { type Action, type Inverse, maxActionRuns } from '../../../protocol/workbench.ts';
import { createActions } from '../../../renderer/store/actions.ts';
import { createEngine } from '../../../renderer/store/engine.ts';
import { allPages, noPages, oneInEvery, pagesBetween } from '../../../renderer/store/pages/page-set.ts';
import { defaultSettings } from '../../../renderer/store/settings.ts';
import { createAppStore, shownSession, workbenchSession } from '../../../renderer/store/store.ts';
import { benchRegion, newestRefusal, selectionOf } from '../../../renderer/store/workbench-selectors.ts';
import type { EveryMethod } from '../../support/every-method.ts';
import { FakeService } from '../../support/fake-window-service.ts';
import { frameless } from '../../support/frameless.ts';
import { until } from '../../support/until.ts';

const lock = { kind: 'mlock' } as const;
const region: Received<'addRegion'>['region'] = {
  backing: { kind: 'anonymous' },
  size: { pages: 8 },
  protection: ['PROT_READ', 'PROT_WRITE'],
  hugePages: 'never',
  populate: false,
  locked: false,
};

async function setUp() {
  const [here, there] = memoryWires();
  const fake = new FakeService();
  const { calls } = fake;
  let opened = 100;
  let regions = 0;
  const ended: (() => void)[] = [];
  const refusal = { refuse: undefined as string | undefined };
  const step = { index: 0, title: { en: 'Map', zh: '' }, call: 'mmap', arguments: {}, durationNs: 1, startedNs: 1 };
  const inverses = new Map<number, Inverse>();
  const recorded = new Map<number, Action>();
  const bench: Partial<EveryMethod> = {
    workbench: async ({ placement, actions }) => {
      if (refusal.refuse) throw new ProblemError({ kind: 'over-budget', text: { en: refusal.refuse, zh: '' } });
      const session = ++opened;
      calls.push(`workbench ${session} ${placement}${actions ? ` ${actions.length} actions` : ''}`);
      fake.reader?.event({ kind: 'state', session, state: 'open' });
      return { session, placement, pid: 2, parameters: {} };
    },
    addRegion: async ({ session, region: { populate } }) => {
      const id = ++regions;
      if (populate) {
        const told = { ...step, returned: 'MAP_FAILED', errno: 'ENOMEM' };
        fake.reader?.event({ kind: 'step', session, step: told });
        return {};
      }
      const info = {
        id,
        label: 'A',
        address: '0x1000',
        length: 32_768,
        pages: 8,
        kind: 'anonymous',
        protection: 'rw-p',
      };
      fake.reader?.event({ kind: 'region', session, region: { ...info, kind: 'anonymous' } });
      return { region: id };
    },
    removeRegion: async ({ session, region: of }) => {
      if (refusal.refuse) throw new ProblemError({ kind: 'bad-input', text: { en: refusal.refuse, zh: '' } });
      calls.push(`remove ${of}`);
      fake.reader?.event({ kind: 'released', session, region: of });
    },
    renameRegion: async ({ region: of, name }) => void calls.push(`rename ${of} ${name}`),
    inverse: async ({ step: of }) => {
      const inverse = inverses.get(of);
      if (!inverse) throw new ProblemError({ kind: 'bad-input', text: { en: 'It is gone.', zh: '' } });
      return inverse;
    },
    action: async ({ step: of }) => ({ action: recorded.get(of) }),
    actOnProcess: async ({ tool }) => {
      calls.push(`process ${tool.kind}`);
      return { step: 0 };
    },
    act: async ({ region: of, tool, pages }) => {
      if (tool.kind === 'explicit_bzero') throw new ProblemError({ kind: 'gone', text: { en: 'Not that.', zh: '' } });
      calls.push(`act ${of} ${tool.kind} ${pages.join(' ')}`);
      await new Promise<void>((resolve) => ended.push(resolve));
      return { step: 0 };
    },
    interrupt: async ({ session }) => void calls.push(`interrupt ${session}`),
    save: async () => ({
      schema: 'pagescope/workbench@1',
      pagescope: '0',
      savedAt: '2025-01-01T00:00:00Z',
      kernel: '6',
      pageSize: 4096,
      actions: [{ action: { kind: 'add', region } }],
    }),
  };
  serve(there, (reader) => ({ ...fake.make(reader), ...bench }));
  const store = createAppStore(defaultSettings('en'));
  const engine = createEngine(here, store, frameless);
  const actions = createActions(store, engine);
  await actions.load();
  const open = async () => {
    actions.workbench.open();
    await until(() => expect(store.getState().bench.opening).toBe(false));
  };
  const endAction = () => ended.shift()?.();
  /** Ends the action that is under way, and those that wait, until none is left. */
  const endAll = () =>
    until(() => {
      endAction();
      expect(store.getState().bench.actions).toHaveLength(0);
    });
  return { store, actions, calls, open, refusal, fake, inverses, recorded, endAction, endAll };
}

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', () => 1);
  vi.stubGlobal('cancelAnimationFrame', () => {});
});
afterEach(() => void vi.unstubAllGlobals());

it('opens once, and its session lives on beside the experiment’s', async () => {
  const { store, actions, calls, open } = await setUp();
  await open();
  actions.select('first-touch');
  await actions.run();
  expect(shownSession(store.getState())?.id).toBe(1);
  await open();
  expect(shownSession(store.getState())?.id).toBe(101);
  actions.openLimits(undefined);
  expect(shownSession(store.getState())?.id).toBe(101);
  await actions.run();
  expect(calls).toEqual(['workbench 101 isolated', 'start 1', 'close 1', 'start 2']);
});

it('acts on the selection of the region that was turned to, one action after the other', async () => {
  const { store, actions, calls, open, endAction } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  await actions.workbench.addRegion(region);
  expect(benchRegion(store.getState())?.id).toBe(2);
  expect(actions.workbench.act(lock)).toBe(false);
  actions.workbench.select(1, pagesBetween(2, 4));
  expect(actions.workbench.act(lock)).toBe(true);
  actions.workbench.select(1, allPages(8));
  actions.workbench.act({ kind: 'munlock' });
  await until(() => expect(calls).toContain('act 1 mlock 2 3'));
  expect(store.getState().bench.actions).toHaveLength(2);
  expect(calls).not.toContain('act 1 munlock 0 8');
  endAction();
  await until(() => expect(calls).toContain('act 1 munlock 0 8'));
  endAction();
  await until(() => expect(store.getState().bench.actions).toHaveLength(0));
});

it('gives up what waits when it is stopped', async () => {
  const { store, actions, calls, open, endAction } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  actions.workbench.select(1, allPages(8));
  for (let n = 0; n < 3; n++) actions.workbench.act(lock);
  actions.workbench.interrupt();
  // What is under way is shown until it has ended.
  expect(store.getState().bench.actions).toHaveLength(1);
  await until(() => expect(calls).toContain('interrupt 101'));
  endAction();
  await until(() => expect(store.getState().bench.actions).toHaveLength(0));
  expect(calls.filter((call) => call.startsWith('act'))).toHaveLength(1);
});

it('does not ask for an action on no pages, nor on more runs than one action may have', async () => {
  const { actions, open } = await setUp();
  await open();
  const most = oneInEvery(allPages(4 * maxActionRuns), 2);
  expect(actions.workbench.actOn({ tool: lock, region: 1, pages: noPages })).toBe(false);
  expect(actions.workbench.actOn({ tool: lock, region: 1, pages: most })).toBe(false);
});

it('moves to another process with what was done, and keeps what is open when that is refused', async () => {
  const { store, actions, calls, open, refusal } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  refusal.refuse = 'No room.';
  expect(await actions.workbench.move('inline')).toBe(false);
  expect(workbenchSession(store.getState())?.id).toBe(101);
  expect(store.getState().refusal?.text.en).toBe('No room.');
  refusal.refuse = undefined;
  expect(await actions.workbench.move('inline')).toBe(true);
  expect(workbenchSession(store.getState())?.id).toBe(102);
  expect(calls).toEqual(['workbench 101 isolated', 'workbench 102 inline 1 actions', 'close 101']);
});

it('asks nothing more of a workbench whose process has ended, and says so', async () => {
  const { store, actions, calls, open, endAction, fake } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  actions.workbench.select(1, allPages(8));
  actions.workbench.act(lock);
  actions.workbench.act({ kind: 'munlock' });
  fake.reader?.event({ kind: 'state', session: 101, state: 'failed' });
  await until(() => expect(workbenchSession(store.getState())?.state).toBe('failed'));
  endAction();
  await until(() => expect(store.getState().bench.actions).toHaveLength(0));
  expect(actions.workbench.act(lock)).toBe(false);
  expect((await actions.log.repeat(0))?.en).toContain('has ended');
  expect(calls.filter((call) => call.startsWith('act'))).toEqual(['act 1 mlock 0 8']);
});

it('forgets the selection of a region that was removed, and of no other, and turns to one that is left', async () => {
  const { store, actions, open, refusal } = await setUp();
  await open();
  for (let n = 0; n < 3; n++) await actions.workbench.addRegion(region);
  for (const id of [1, 3, 2]) actions.workbench.select(id, pagesBetween(id, id + 1));
  refusal.refuse = 'Not now.';
  await actions.workbench.removeRegion(9);
  refusal.refuse = undefined;
  await actions.workbench.removeRegion(2);
  await until(() => expect(workbenchSession(store.getState())?.released.has(2)).toBe(true));
  const selected = () => [1, 2, 3].map((id) => selectionOf(store.getState(), id).runs);
  expect(selected()).toEqual([[1, 2], [], [3, 2]]);
  expect([...store.getState().bench.selections.keys()].sort()).toEqual([1, 3]);
  expect(benchRegion(store.getState())?.id).toBe(3);
  actions.workbench.turnTo(1);
  expect(benchRegion(store.getState())?.id).toBe(1);
  expect(selected()).toEqual([[1, 2], [], [3, 2]]);
});

it('tells of a region that the kernel refused by its step, and stays with the region that it had', async () => {
  const { store, actions, open } = await setUp();
  expect(await actions.workbench.addRegion(region)).toMatchObject({ problem: { en: /not open/ } });
  await open();
  expect(await actions.workbench.addRegion(region)).toEqual({ region: 1 });
  const added = await actions.workbench.addRegion({ ...region, populate: true });
  expect(added).toMatchObject({ step: { call: 'mmap', errno: 'ENOMEM' } });
  expect(benchRegion(store.getState())?.id).toBe(1);
  expect(newestRefusal(store.getState())?.index).toBe(0);
  actions.workbench.dismiss(0);
  expect(newestRefusal(store.getState())).toBeUndefined();
});

it('remembers the tool that Space repeats also where there was nothing to do it to, and acts on the process without a selection', async () => {
  const { store, actions, calls, open, endAll } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  expect(actions.workbench.act(lock)).toBe(false);
  expect(store.getState().bench.tool).toEqual(lock);
  actions.workbench.select(1, pagesBetween(0, 3));
  const read = { kind: 'touch', access: 'read' } as const;
  expect(actions.workbench.act(read)).toBe(true);
  expect(store.getState().bench.tool).toEqual(read);
  expect(actions.workbench.act({ kind: 'munlockall' })).toBe(true);
  await endAll();
  expect(calls.slice(1)).toEqual(['act 1 touch 0 4', 'process munlockall']);
});

it('shows what is now when something is done, and opens no second one while one is being opened', async () => {
  const { store, actions, calls, open } = await setUp();
  actions.workbench.open();
  expect(await actions.workbench.reopen({ placement: 'inline' })).toBe(false);
  await until(() => expect(store.getState().bench.opening).toBe(false));
  expect(calls.filter((call) => call.startsWith('workbench'))).toEqual(['workbench 101 isolated']);
  await open();
  await actions.workbench.addRegion(region);
  store.setState({ instant: { fromNs: 1, toNs: 2 } });
  actions.workbench.select(1, allPages(8));
  actions.workbench.act(lock);
  expect(store.getState().instant).toBeUndefined();
});

it('goes on with what waits after an action that the engine refused, and shows why it did', async () => {
  const { store, actions, calls, open, endAll } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  actions.workbench.select(1, allPages(8));
  actions.workbench.act({ kind: 'explicit_bzero' });
  actions.workbench.act(lock);
  await endAll();
  expect(calls.filter((call) => call.startsWith('act'))).toEqual(['act 1 mlock 0 8']);
  actions.workbench.act({ kind: 'explicit_bzero' });
  await endAll();
  expect(store.getState().refusal?.text.en).toBe('Not that.');
});

it('keeps form and tool over a move, and neither selections nor what waits', async () => {
  const { store, actions, open } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  actions.workbench.draft({ size: '7', name: 'heap' });
  actions.workbench.select(1, allPages(8));
  actions.workbench.dismiss(5);
  await actions.workbench.move('inline');
  const { bench, settings } = store.getState();
  expect(bench).toMatchObject({ draft: { size: '7', name: 'heap', backing: 'anonymous' }, actions: [], dismissed: -1 });
  expect([bench.selections.size, bench.region, settings.workbenchPlacement]).toEqual([0, undefined, 'inline']);
});

it('does the actions that take a step back on the step’s region, in order, and says why nothing does', async () => {
  const { actions, calls, open, inverses, endAll } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  await actions.workbench.addRegion(region);
  const signal = new AbortController().signal;
  const note = { en: 'Unlocks.', zh: '' };
  inverses.set(1, {
    actions: [
      { tool: { kind: 'munlock' }, pages: [0, 2] },
      { tool: lock, pages: [3, 1] },
    ],
    note,
  });
  const inverse = await actions.log.inverse(1, signal);
  expect(inverse?.note).toEqual(note);
  if (inverse) actions.log.undo(1, inverse);
  await endAll();
  expect(calls.filter((call) => call.startsWith('act'))).toEqual(['act 1 munlock 0 2', 'act 1 mlock 3 1']);
  expect(await actions.log.inverse(2, signal)).toEqual({ actions: [], note: { en: 'It is gone.', zh: '' } });
});

it('repeats what a step did: a map, an unmap, an action, a call for the process; and not on a region that is gone', async () => {
  const { store, actions, calls, open, recorded, endAll } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  recorded.set(1, { kind: 'add', region });
  recorded.set(2, { kind: 'act', region: 1, tool: lock, pages: [2, 2, 6, 1] });
  recorded.set(3, { kind: 'process', tool: { kind: 'munlockall' } });
  recorded.set(4, { kind: 'remove', region: 1 });
  for (const step of [1, 2, 3]) expect(await actions.log.repeat(step)).toBeUndefined();
  await endAll();
  expect(workbenchSession(store.getState())?.regions.map(({ id }) => id)).toEqual([1, 2]);
  expect(await actions.log.selectPages(2)).toBe(true);
  expect(selectionOf(store.getState(), 1).runs).toEqual([2, 2, 6, 1]);
  expect(await actions.log.repeat(4)).toBeUndefined();
  await until(() => expect(workbenchSession(store.getState())?.released.has(1)).toBe(true));
  for (const step of [2, 4]) expect((await actions.log.repeat(step))?.en).toMatch(/no longer mapped/);
  expect(await actions.log.selectPages(2)).toBe(false);
  expect(await actions.log.selectPages(1)).toBe(false);
  expect((await actions.log.repeat(5))?.en).toMatch(/belongs to the one before/);
  const done = calls.filter((call) => /^(?:act|process|remove)/.test(call));
  expect(done).toEqual(['act 1 mlock 2 2 6 1', 'process munlockall', 'remove 1']);
});
