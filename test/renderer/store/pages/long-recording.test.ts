import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordedSession } from '../../../../lab/recordings/recorded-session.ts';
import { Recorder } from '../../../../lab/recordings/recorder.ts';
import type { SessionEvent, Step } from '../../../../protocol/events.ts';
import { PageFlag, pageStates } from '../../../../protocol/flags.ts';
import { decodeFrame } from '../../../../protocol/frame.ts';
import { FrameStream } from '../../../../protocol/frame-stream.ts';
import type { Client } from '../../../../protocol/rpc.ts';
import { mostOf, rarestOf } from '../../../../renderer/store/pages/film.ts';
import { followInstant } from '../../../../renderer/store/pages/follow-instant.ts';
import { Pages, RegionPages } from '../../../../renderer/store/pages/pages.ts';
import { applyEvents, newSession } from '../../../../renderer/store/session/session.ts';
import { aroundStep, instantOf } from '../../../../renderer/store/session/shown-step.ts';
import { defaultSettings } from '../../../../renderer/store/settings.ts';
import { createAppStore } from '../../../../renderer/store/store.ts';
import { recordingHeader, recordingPath } from '../../../support/recorded.ts';

const pages = 65_536;
const { Resident, Present, Locked } = PageFlag;
const locked = Resident | Present | Locked;
/** Frames are so long after one another, ns; every tenth is after a step. */
const apartNs = 1e6;

const stepOf = (index: number): Step => ({
  index,
  title: { en: 'Look', zh: '查看' },
  region: 1,
  call: 'mincore',
  arguments: {},
  returned: 0,
  errno: null,
  startedNs: index * 10 * apartNs,
  durationNs: 100,
});

/** A recording in which most pages are different in every frame; what was seen in each. */
function recorded(file: string, frames: number) {
  const recorder = new Recorder(file, recordingHeader(), { durable: false, mostBytes: 1 << 30 });
  const region = { id: 1, label: 'A', address: '0x1000', length: pages * 4096, pages } as const;
  recorder.event({ kind: 'region', session: 1, region: { ...region, kind: 'anonymous', protection: 'rw-p' } });
  const told = new RegionPages();
  const stream = new FrameStream(1, 1, (bytes) => {
    recorder.frame(bytes);
    told.apply(decodeFrame(bytes));
  });
  const seen: Uint8Array[] = [];
  const others = [0, 1, 3, 16, 35, 67, 128, 131];
  let random = 7;
  for (let at = 0; at < frames; at++) {
    const takenNs = at * apartNs + 500;
    const step = at % 10 === 0 ? at / 10 : -1;
    if (step >= 0) recorder.event({ kind: 'step', session: 1, step: stepOf(step) });
    const flags = new Uint8Array(pages);
    for (let page = 0; page < pages; page++) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      flags[page] = others[random >>> 29] ?? 0;
    }
    // Locked for some frames, a part of it for longer; and one page for a single frame.
    if (at >= 20 && at < 60) flags.fill(locked, 100, 300);
    if (at >= 60 && at < 75) flags.fill(locked, 150, 200);
    if (at === 33) flags[40_000] = locked;
    seen.push(flags);
    stream.add({ flags, takenNs, step, unknown: 0 });
    stream.flush();
    const sample = { tNs: takenNs, vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 };
    recorder.event({ kind: 'sample', session: 1, sample, looked: [1] });
  }
  // What pages are is not believed where a file tells it as an event.
  recorder.event({ kind: 'film', session: 1, region: 1, bins: 1, takenNs: [0], steps: [0], looks: '', changed: '' });
  recorder.event({ kind: 'state', session: 1, state: 'completed' });
  recorder.end();
  return { seen, told };
}

const same = (a: Uint8Array, b: Uint8Array | undefined): boolean => b !== undefined && Buffer.compare(a, b) === 0;

/** The recording as a window opens it. */
async function opened(file: string) {
  const shown = new Pages({
    scheduler: { request: (draw) => draw(), afterwards: (settle) => queueMicrotask(settle) },
    acknowledge: ({ region, sequence }) => session.acknowledge(region, sequence),
    onBroken: (reason) => expect.fail(reason),
  });
  const events: SessionEvent[] = [];
  let frames = 0;
  const all = Promise.withResolvers<void>();
  const session = new RecordedSession(file, 1, {
    event: (event) => {
      events.push(event);
      if (event.kind === 'film') shown.show(event);
      if (event.kind === 'locks') shown.showLocks(event.session, event.region, event.ranges);
      if (event.kind === 'locks') all.resolve();
    },
    frame: (bytes) => {
      frames++;
      shown.receive(bytes);
    },
  });
  session.begin();
  await all.promise;
  const region = shown.region(1, 1);
  if (!region) throw new Error('The region was not told.');
  return { session, region, events, frames: () => frames, shown };
}

describe('a recording that is too long to be told frame by frame', () => {
  let long: { readonly file: string } & ReturnType<typeof recorded>;
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-long-'));
  beforeAll(() => {
    const file = join(folder, 'long.pagescope');
    long = { file, ...recorded(file, 200) };
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('comes as a film, and the pages of any instant when they are asked for', async () => {
    const { file, seen, told } = long;
    const { session, region, events, frames, shown } = await opened(file);
    try {
      expect(shown.comesWhenAsked(1)).toBe(true);
      expect(events.filter(({ kind }) => kind === 'film')).toHaveLength(1);
      expect(events.filter(({ kind }) => kind === 'step')).toHaveLength(20);
      // The end alone.
      expect(frames()).toBe(1);
      expect(same(region.flags, seen.at(-1))).toBe(true);
      for (const at of [0, 33, 199, 60, 59]) {
        await session.answer('pagesAt', { session: 1, tNs: at * apartNs + 600 });
        await Promise.resolve();
        expect(same(region.flags, seen[at]), `frame ${at}`).toBe(true);
        expect(region.at(at * apartNs + 600)).toBe('live');
        expect(region.bins[locked]).toBe(seen[at]?.filter((flags) => flags === locked).length);
      }
      expect(region.at(499)).toBe('unmapped');

      // As exact as one that was told, since there is room for a column each.
      expect(region.locks.ranges()).toEqual(told.locks.ranges());
      const { film } = region;
      const column = film.lastUntil(33 * apartNs + 500);
      expect(film.takenNs(column)).toBe(33 * apartNs + 500);
      const bin = Math.floor((40_000 / pages) * film.bins);
      expect(pageStates[rarestOf(film.look(column, bin))]).toBe('locked');
      expect(pageStates[rarestOf(film.look(column + 1, bin))]).not.toBe('locked');
      expect(pageStates[mostOf(film.look(column, bin))]).toBe('resident');
      expect(film.takenNs(film.ofStep(7) ?? 0)).toBe(70 * apartNs + 500);
      // A step is shown by what was seen until the next one.
      const times = { index: 7, startedNs: 70 * apartNs, endedNs: 70 * apartNs + 100, previousEndedNs: 0 };
      const { beforeNs, afterNs } = region.around({ ...times, nextStartedNs: 80 * apartNs });
      expect(film.takenNs(film.lastUntil(beforeNs))).toBe(69 * apartNs + 500);
      expect(film.takenNs(film.lastUntil(afterNs))).toBe(79 * apartNs + 500);
    } finally {
      await session.dispose();
    }
  });

  it('has the pages come that are compared with, and those that tell what the last steps changed', async () => {
    const { file, seen } = long;
    const { session, region, events, shown } = await opened(file);
    const store = createAppStore(defaultSettings('en'));
    const asked = Promise.withResolvers<void>();
    const client = {
      call: async (method: 'pagesAt' | 'otherPages', request: never) => {
        const answer = await session.answer(method, request);
        if (method === 'otherPages') queueMicrotask(asked.resolve);
        return answer;
      },
    } as unknown as Client;
    const end = followInstant(store, client, shown);
    try {
      const own = applyEvents(newSession(1), events);
      const [step, other] = [own.steps.numbered(12), own.steps.numbered(3)];
      if (!step || !other) throw new Error('The steps were not told.');
      const pagesOf = (id: number) => shown.region(1, id);
      const against = instantOf('after', other, aroundStep(own, other, pagesOf));
      const around = aroundStep(own, step, pagesOf);
      const instant = instantOf('after', step, around);
      store.setState({
        place: { kind: 'recordings', name: 'a' },
        current: { experiment: undefined, workbench: undefined, process: undefined, recordings: 1 },
        sessions: new Map([[1, own]]),
        against: { of: 1, session: 1, step: 3, tNs: against.toNs },
        look: { step: 12, side: 'after', instant },
        instant,
      });
      expect([region.shownAt(against.toNs), region.awaits(against.toNs)]).toEqual(['forgotten', true]);
      await asked.promise;
      expect(region.awaits(against.toNs)).toBe(false);
      expect(same(region.flags, seen[129])).toBe(true);
      const compared = region.shownAt(against.toNs);
      expect(same(seen[39] ?? new Uint8Array(0), typeof compared === 'object' ? compared.flags : undefined)).toBe(true);
      // What the step did, and which step a page was changed by last, where it was one of the last four.
      const did = region.difference(around.beforeNs, around.afterNs);
      const [was, is] = [seen[119], seen[129]];
      const differ = is?.reduce((sum, flags, page) => sum + (flags === was?.[page] ? 0 : 1), 0);
      expect(typeof did === 'object' && did.changed.count).toBe(differ);
      const states = [seen[89], seen[99], seen[109], seen[119], seen[129]];
      const last = (page: number) =>
        [12, 11, 10, 9].find((_, back) => states[4 - back]?.[page] !== states[3 - back]?.[page]);
      const told = (page: number) => region.moments[region.changedBy[page] ?? 0]?.step;
      const some = Array.from({ length: 2000 }, (_, page) => page);
      expect(some.map(told)).toEqual(some.map((page) => last(page) ?? -1));
      expect(region.film.lastChangeNs(7, pages, region.shownNs)).toBe(129 * apartNs + 500);
      // What was not asked for is not made up.
      expect(region.difference(1, around.afterNs)).toBe('untold');
    } finally {
      end();
      await session.dispose();
    }
  });

  it('is told frame by frame while it is short', async () => {
    const file = recordingPath();
    recorded(file, 12);
    const kinds: string[] = [];
    let frames = 0;
    const ended = Promise.withResolvers<void>();
    const session = new RecordedSession(file, 1, {
      event: ({ kind }) => {
        kinds.push(kind);
        if (kind === 'state') ended.resolve();
      },
      frame: (bytes) => {
        frames++;
        const { region, sequence } = decodeFrame(bytes);
        queueMicrotask(() => session.acknowledge(region, sequence));
      },
    });
    session.begin();
    await ended.promise;
    await session.dispose();
    expect([frames, kinds.filter((kind) => kind === 'film')]).toEqual([12, []]);
  });
});
