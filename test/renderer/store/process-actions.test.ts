import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { Budget } from '../../../lab/service/budget.ts';
import { createService } from '../../../lab/service/service.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { serve } from '../../../protocol/rpc.ts';
import { memoryWires } from '../../../protocol/wires/memory.ts';
import { createActions } from '../../../renderer/store/actions.ts';
import { createEngine } from '../../../renderer/store/engine.ts';
import { defaultSettings } from '../../../renderer/store/settings.ts';
import { type AppState, createAppStore, shownSession } from '../../../renderer/store/store.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { frameless } from '../../support/frameless.ts';
import { testBudgetBytes } from '../../support/harness.ts';
import { inTime } from '../../support/in-time.ts';
import { Target } from '../../support/target.ts';

/** A window's store and actions with a whole engine behind them. */
async function setUp() {
  const [here, there] = memoryWires();
  serve(there, (reader) => {
    const service = createService({ kind: 'cli', version: '0', budget: new Budget(testBudgetBytes) }, reader);
    onTestFinished(() => service.dispose());
    return service;
  });
  const store = createAppStore(defaultSettings('en'));
  const engine = createEngine(here, store, frameless);
  const actions = createActions(store, engine);
  await actions.load();
  const until = (wanted: (state: AppState) => boolean): Promise<void> =>
    inTime(
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (!wanted(store.getState())) return;
          unsubscribe();
          resolve();
        };
        const unsubscribe = store.subscribe(look);
        look();
      }),
      () => String(wanted),
    );
  /** Frames are heard of a moment after they came. */
  const untilPages = (wanted: () => boolean): Promise<void> =>
    inTime(
      (async () => {
        while (!wanted()) await new Promise((resolve) => engine.pages.subscribe(() => resolve(undefined)));
      })(),
      () => String(wanted),
    );
  const pagesAt = (address: string) => {
    const session = shownSession(store.getState());
    const region = session?.regions.find((each) => each.address === address);
    return engine.pages.region(session?.id ?? 0, region?.id ?? 0)?.flags ?? new Uint8Array();
  };
  // Nobody looks any more.
  onTestFinished(() => actions.openHome());
  return { store, actions, until, untilPages, pagesAt };
}

const addressOf = (target: Target, name: string): string => `0x${target.region(name).start.toString(16)}`;
const resident = (flags: Uint8Array): number => flags.filter((byte) => byte & PageFlag.Present).length;

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', () => 1);
  vi.stubGlobal('cancelAnimationFrame', () => {});
});
afterEach(() => void vi.unstubAllGlobals());

it('shows a mapping as a region that is looked at again when something moved, and let go with its mapping', async (context) => {
  skipWithoutCompiler(context);
  const target = await Target.start();
  const { store, actions, until, untilPages, pagesAt } = await setUp();
  await actions.process.open(target.pid, undefined);
  const [half, named] = [addressOf(target, 'half'), addressOf(target, 'named')];
  expect(store.getState().place).toMatchObject({ kind: 'process', pid: target.pid, startTicks: expect.any(Number) });
  await actions.process.openMapping(half);
  await actions.process.openMapping(named);
  const regions = shownSession(store.getState())?.regions.length;
  await actions.process.openMapping(half);
  expect(shownSession(store.getState())?.regions).toHaveLength(regions ?? -1);
  await untilPages(() => resident(pagesAt(half)) === 32);
  await target.order('t');
  await untilPages(() => resident(pagesAt(half)) === 48);
  await target.order('u');
  await until(
    (state) =>
      shownSession(state)?.regions.some(
        (each) => each.address === named && shownSession(state)?.released.has(each.id),
      ) ?? false,
  );
});

it('keeps what was seen of one that ended, and never takes another for it', async (context) => {
  skipWithoutCompiler(context);
  const target = await Target.start();
  const { store, actions, until } = await setUp();
  await actions.process.open(target.pid, undefined);
  const seen = () => shownSession(store.getState())?.target;
  const startTicks = seen()?.process.startTicks ?? undefined;
  await target.order('t');
  await target.end();
  const problem = () => shownSession(store.getState())?.problem;
  await until(() => problem() !== undefined);
  expect(problem()).toMatchObject({ kind: 'gone', text: { en: expect.stringMatching(/ended/) } });
  expect(seen()?.mappings?.length).toBeGreaterThan(5);
  await actions.process.open(target.pid, startTicks);
  expect(problem()).toBeDefined();

  const other = await Target.start();
  await actions.process.open(other.pid, 1);
  expect(store.getState().refusal?.kind).toBe('gone');
  expect(shownSession(store.getState())).toBeUndefined();
});
