import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ProblemError } from '../../protocol/problem.ts';
import { serve } from '../../protocol/rpc.ts';
import type { Received, Service } from '../../protocol/service.ts';
import { memoryWires } from '../../protocol/wires/memory.ts';
import { maxActRuns } from '../../protocol/workbench.ts';
import { RafScheduler } from '../../renderer/raf-scheduler.ts';
import { createActions } from '../../renderer/store/actions.ts';
import { createEngine } from '../../renderer/store/engine.ts';
import { allPages, noPages, oneInEvery, pagesBetween } from '../../renderer/store/pages/page-set.ts';
import { defaultSettings } from '../../renderer/store/settings.ts';
import { createAppStore, shownSession, workbenchSession } from '../../renderer/store/store.ts';
import { benchRegion } from '../../renderer/store/workbench-selectors.ts';
import { FakeService } from './fake-service.ts';

const lock = { kind: 'mlock' } as const;
const region: Received<'addRegion'>['region'] = {
  backing: { kind: 'anonymous' },
  size: { pages: 8 },
  protection: ['PROT_READ', 'PROT_WRITE'],
  hugePages: 'never',
  populate: false,
};

async function setUp() {
  const [here, there] = memoryWires();
  const fake = new FakeService();
  const { calls } = fake;
  let opened = 100;
  let regions = 0;
  const ended: (() => void)[] = [];
  const refusal = { refuse: undefined as string | undefined };
  const bench: Pick<Service, 'workbench' | 'addRegion' | 'act' | 'interrupt' | 'save'> = {
    workbench: async ({ placement, deeds }) => {
      if (refusal.refuse) throw new ProblemError({ kind: 'over-budget', text: { en: refusal.refuse, zh: '' } });
      const session = ++opened;
      calls.push(`workbench ${session} ${placement}${deeds ? ` ${deeds.length} deeds` : ''}`);
      fake.reader?.event({ kind: 'state', session, state: 'open' });
      return { session, placement, pid: 2, parameters: {} };
    },
    addRegion: async ({ session }) => {
      const id = ++regions;
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
    act: async ({ region: of, tool, pages }) => {
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
      deeds: [{ deed: { kind: 'add', region } }],
    }),
  };
  serve(there, (reader) => ({ ...fake.make(reader), ...bench }));
  const store = createAppStore(defaultSettings('en'));
  const engine = createEngine(here, store, new RafScheduler());
  const actions = createActions(store, engine);
  await actions.load();
  const open = async () => {
    actions.workbench.open();
    await vi.waitFor(() => expect(store.getState().bench.opening).toBe(false));
  };
  return { store, actions, calls, open, refusal, fake, endAct: () => ended.shift()?.() };
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

it('acts on the selection of the region that was turned to, one act after the other', async () => {
  const { store, actions, calls, open, endAct } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  await actions.workbench.addRegion(region);
  expect(benchRegion(store.getState())?.id).toBe(2);
  expect(actions.workbench.act(lock)).toBe(false);
  actions.workbench.select(1, pagesBetween(2, 4));
  expect(actions.workbench.act(lock)).toBe(true);
  actions.workbench.select(1, allPages(8));
  actions.workbench.act({ kind: 'munlock' });
  await vi.waitFor(() => expect(calls).toContain('act 1 mlock 2 3'));
  expect(store.getState().bench.acts).toHaveLength(2);
  expect(calls).not.toContain('act 1 munlock 0 8');
  endAct();
  await vi.waitFor(() => expect(calls).toContain('act 1 munlock 0 8'));
  endAct();
  await vi.waitFor(() => expect(store.getState().bench.acts).toHaveLength(0));
});

it('gives up what waits when it is stopped', async () => {
  const { store, actions, calls, open, endAct } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  actions.workbench.select(1, allPages(8));
  for (let n = 0; n < 3; n++) actions.workbench.act(lock);
  actions.workbench.interrupt();
  await vi.waitFor(() => expect(calls).toContain('interrupt 101'));
  endAct();
  await vi.waitFor(() => expect(store.getState().bench.acts).toHaveLength(0));
  expect(calls.filter((call) => call.startsWith('act'))).toHaveLength(1);
});

it('does not ask for an act on no pages, nor on more runs than one act may have', async () => {
  const { actions, open } = await setUp();
  await open();
  const most = oneInEvery(allPages(4 * maxActRuns), 2);
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
  expect(calls).toEqual(['workbench 101 isolated', 'workbench 102 inline 1 deeds', 'close 101']);
});

it('asks nothing more of a workbench whose process has ended, and says so', async () => {
  const { store, actions, calls, open, endAct, fake } = await setUp();
  await open();
  await actions.workbench.addRegion(region);
  actions.workbench.select(1, allPages(8));
  actions.workbench.act(lock);
  actions.workbench.act({ kind: 'munlock' });
  fake.reader?.event({ kind: 'state', session: 101, state: 'failed' });
  await vi.waitFor(() => expect(workbenchSession(store.getState())?.state).toBe('failed'));
  endAct();
  await vi.waitFor(() => expect(store.getState().bench.acts).toHaveLength(0));
  expect(actions.workbench.act(lock)).toBe(false);
  expect((await actions.log.repeat(0))?.en).toContain('has ended');
  expect(calls.filter((call) => call.startsWith('act'))).toEqual(['act 1 mlock 0 8']);
});
