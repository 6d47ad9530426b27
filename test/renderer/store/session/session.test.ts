import { expect, it } from 'vitest';
import type { SessionEvent, Step } from '../../../../protocol/events.ts';
import { applyEvents, newSession } from '../../../../renderer/store/session/session.ts';

const text = (en: string) => ({ en, zh: en });
const step = (index: number): Step => ({
  index,
  title: text(`step ${index}`),
  call: 'mincore',
  arguments: {},
  returned: 0,
  errno: null,
  durationNs: 1,
  startedNs: index,
});
const stepEvent = (index: number): SessionEvent => ({ kind: 'step', session: 1, step: step(index) });

it('shares what a batch does not change', () => {
  const before = newSession(1);
  const after = applyEvents(before, [stepEvent(0), stepEvent(1)]);
  expect([...after.steps].map(({ index }) => index)).toEqual([0, 1]);
  expect(after.claims).toBe(before.claims);
  expect(after.samples).toBe(before.samples);
  expect([...before.steps]).toEqual([]);
});

it('says what comes next while paused, and forgets it when it goes on', () => {
  const paused = applyEvents(newSession(1), [
    { kind: 'state', session: 1, state: 'paused', next: text('Write page 3') },
  ]);
  expect(paused.next?.en).toBe('Write page 3');
  expect(applyEvents(paused, [stepEvent(0)]).next?.en).toBe('Write page 3');
  const resumed = applyEvents(paused, [{ kind: 'state', session: 1, state: 'running' }]);
  expect(resumed).not.toHaveProperty('next');
});

it('knows why it is recorded no longer, once it has been', () => {
  const recorded = applyEvents(newSession(1), [{ kind: 'recording', session: 1, file: '/r/a.pagescope' }]);
  expect(recorded.unrecorded).toBeUndefined();
  const problem = { kind: 'cannot-run-here' as const, text: text('The disk is full.') };
  const cut = applyEvents(recorded, [{ kind: 'recording', session: 1, file: '/r/a.pagescope', problem }]);
  expect(applyEvents(cut, [stepEvent(0)]).unrecorded).toBe(problem);
});

it('keeps the last word on a claim', () => {
  const claim = { id: 'a', text: text('a'), expected: 1, measured: 0, status: 'failed' as const };
  const session = applyEvents(newSession(1), [
    { kind: 'claim', session: 1, claim },
    { kind: 'claim', session: 1, claim: { ...claim, measured: 1, status: 'held' } },
  ]);
  expect([...session.claims.values()]).toEqual([expect.objectContaining({ status: 'held' })]);
});

it('keeps the problem of a run that failed', () => {
  const problem = { kind: 'died' as const, text: text('SIGABRT') };
  const session = applyEvents(newSession(1), [{ kind: 'state', session: 1, state: 'failed', problem }]);
  expect(session).toMatchObject({ state: 'failed', problem });
});

it('thins out the oldest samples of a session that is left open', () => {
  const samples = Array.from(
    { length: 9000 },
    (_, tNs): SessionEvent => ({
      kind: 'sample',
      session: 1,
      sample: { tNs, vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 },
    }),
  );
  const session = applyEvents(newSession(1), samples);
  expect(session.samples.length).toBeLessThan(9000);
  expect(session.samples[0]?.tNs).toBe(0);
  expect(session.samples.at(-1)?.tNs).toBe(8999);
});

const region = (id: number, name?: string): SessionEvent => ({
  kind: 'region',
  session: 1,
  region: {
    id,
    label: 'A',
    ...(name !== undefined && { name }),
    address: '0x1000',
    length: 4096,
    pages: 1,
    kind: 'anonymous',
    protection: 'rw-p',
  },
});

it('leaves a region in its place when it gets another name', () => {
  const session = applyEvents(newSession(1), [region(1), region(2), region(1, 'keys')]);
  expect(session.regions.map(({ id, name }) => [id, name])).toEqual([
    [1, 'keys'],
    [2, undefined],
  ]);
});

it('keeps the VMAs of each region as they were told last', () => {
  const vmas = (of: number, protection: string): SessionEvent => ({
    kind: 'vmas',
    session: 1,
    region: of,
    vmas: [{ firstPage: 0, pageCount: 4, protection, flags: ['lo'] }],
    more: 1,
  });
  const session = applyEvents(newSession(1), [vmas(1, 'rw-p'), vmas(2, 'rw-p'), vmas(1, 'r--p')]);
  expect(
    [...session.vmas].map(
      ([
        of,
        {
          vmas: [first],
          more,
        },
      ]) => [of, first?.protection, more],
    ),
  ).toEqual([
    [1, 'r--p', 1],
    [2, 'rw-p', 1],
  ]);
});

const searching = (done: number): SessionEvent => ({
  kind: 'progress',
  session: 1,
  title: text('Search'),
  done,
  total: 10,
  unit: 'bytes',
});

it('knows the work under way until it is done, or the session is', () => {
  const under = applyEvents(newSession(1), [searching(0), searching(4)]);
  expect(under.progress).toEqual({ title: text('Search'), done: 4, total: 10, unit: 'bytes' });
  expect(applyEvents(under, [searching(10)])).not.toHaveProperty('progress');
  expect(applyEvents(under, [{ kind: 'state', session: 1, state: 'paused' }]).progress).toBe(under.progress);
  expect(applyEvents(under, [{ kind: 'state', session: 1, state: 'stopped' }])).not.toHaveProperty('progress');
});

it('keeps the core files in the order of their search, and of each what was said last', () => {
  const file = (id: number, searchNs: number): SessionEvent => ({
    kind: 'core-file',
    session: 1,
    coreFile: {
      id,
      route: 'file',
      title: text('core'),
      apparentBytes: 1,
      diskBytes: 1,
      searchedBytes: 1,
      searchNs,
      truncated: false,
      found: [],
      mappings: [],
    },
  });
  const once = applyEvents(newSession(1), [file(1, 1), file(2, 1)]);
  expect(once.coreFiles.map(({ id }) => id)).toEqual([1, 2]);
  expect(applyEvents(once, [file(1, 5)]).coreFiles.map(({ id, searchNs }) => [id, searchNs])).toEqual([
    [1, 5],
    [2, 1],
  ]);
});

it('knows when each region was looked at: looks that follow one another are one stretch', () => {
  const sample = (tMs: number, ...looked: number[]): SessionEvent => {
    const [tNs, zero] = [tMs * 1e6, { vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 }];
    return { kind: 'sample', session: 1, sample: { tNs, ...zero }, looked };
  };
  const first = applyEvents(newSession(1), [sample(100, 1, 2), sample(200, 1), sample(300, 1)]);
  const session = applyEvents(first, [sample(400, 1), sample(1000, 1, 2), sample(1100)]);
  const ms = (region: number) => session.seen.get(region)?.map(({ fromNs, toNs }) => [fromNs / 1e6, toNs / 1e6]);
  expect(ms(1)).toEqual([
    [100, 400],
    [1000, 1000],
  ]);
  expect(ms(2)).toEqual([
    [100, 100],
    [1000, 1000],
  ]);
  expect(first.seen.get(1)).toEqual([{ fromNs: 100e6, toNs: 300e6 }]);
});
