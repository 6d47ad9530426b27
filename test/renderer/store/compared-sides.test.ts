import { expect, it } from 'vitest';
import type { Step } from '../../../protocol/events.ts';
import type { Client } from '../../../protocol/rpc.ts';
import type { Reopened } from '../../../protocol/service.ts';
import { comparedSides, type Side } from '../../../renderer/store/compared-sides.ts';
import { Pages } from '../../../renderer/store/pages/pages.ts';
import { applyEvents, newSession, type Session } from '../../../renderer/store/session/session.ts';
import { defaultSettings } from '../../../renderer/store/settings.ts';
import { createAppStore, shownStep } from '../../../renderer/store/store.ts';

const text = { en: '', zh: '' };
/** A session of these calls, a step every 100 ns. */
const sessionOf = (id: number, ...calls: string[]): Session =>
  applyEvents(
    newSession(id),
    calls.map((call, index) => {
      const step: Step = {
        index,
        title: text,
        call,
        arguments: {},
        returned: 0,
        errno: null,
        durationNs: 10,
        startedNs: index * 100,
        region: 1,
        range: { firstPage: 0, pageCount: 4 },
      };
      return { kind: 'step', session: id, step };
    }),
  );

function setUp() {
  const main = createAppStore(defaultSettings('en'));
  const sessions = [sessionOf(1, 'mmap', 'mincore', 'mlock'), sessionOf(2, 'mmap', 'mlock', 'mincore', 'munlock')];
  main.setState({ sessions: new Map(sessions.map((session) => [session.id, session])) });
  const scheduler = { request: () => {}, afterwards: () => {} };
  const pages = new Pages({ scheduler, acknowledge: () => {}, onBroken: () => {} });
  const opened = (session: number) => ({ session }) as Reopened;
  // Short ones: nothing is asked of the engine.
  const client = {} as Client;
  const compared = comparedSides(main, client, pages, ['a', 'b'], [opened(1), opened(2)]);
  const stepOf = ({ store }: Side) => shownStep(store.getState())?.index;
  const goTo = (side: Side, index: number) =>
    side.playhead.goTo(side.store.getState().sessions.get(side.reopened.session)?.steps.numbered(index));
  return { main, compared, goTo, steps: () => compared.sides.map(stepOf) };
}

it('moves either playhead with the other, to the same operation, and both back to the end', () => {
  using both = setUp().compared;
  const [a, b] = both.sides;
  expect(both.sides.map(({ store }) => store.getState().look)).toEqual([undefined, undefined]);
  a.playhead.goTo(a.store.getState().sessions.get(1)?.steps.numbered(1));
  expect(shownStep(b.store.getState())?.index).toBe(2);
  b.playhead.goTo(b.store.getState().sessions.get(2)?.steps.numbered(1));
  expect(shownStep(a.store.getState())?.index).toBe(2);
  b.playhead.goTo(undefined);
  expect(a.store.getState()).toMatchObject({ look: undefined, instant: undefined });
});

it('previews in both, and holds neither then', () => {
  const { compared, steps, goTo } = setUp();
  const [a] = compared.sides;
  goTo(a, 0);
  a.playhead.pointAt({ fromNs: 100, toNs: 110 });
  expect(steps()).toEqual([1, 2]);
  a.playhead.pointAt(undefined);
  expect(steps()).toEqual([0, 0]);
});

it('leaves the other alone while they are not linked, and brings it along when they are again', () => {
  const { compared, steps, goTo } = setUp();
  const [a, b] = compared.sides;
  compared.link(false);
  goTo(a, 2);
  goTo(b, 0);
  expect(steps()).toEqual([2, 0]);
  compared.link(true);
  expect(steps()).toEqual([2, 1]);
});

it('compares each with what the other shows, and takes from the window what both have of it', () => {
  const { main, compared, goTo } = setUp();
  const [a, b] = compared.sides;
  goTo(a, 1);
  // What the step was about is not picked out beside what differs.
  expect([a, b].map(({ store }) => store.getState().highlight?.pages)).toEqual([undefined, undefined]);
  expect(a.store.getState().against).toMatchObject({ of: 1, session: 2, step: 2 });
  expect(b.store.getState().against).toMatchObject({ of: 2, session: 1, step: 1, tNs: 110 });
  const settings = { ...main.getState().settings, language: 'zh' as const };
  main.setState({ settings });
  expect(compared.sides.map(({ store }) => store.getState().settings)).toEqual([settings, settings]);
  compared[Symbol.dispose]();
  main.setState({ settings: defaultSettings('en') });
  expect(a.store.getState().settings).toBe(settings);
});
