import { describe, expect, it } from 'vitest';
import type { Step } from '../../../protocol/events.ts';
import { PageFlag, type PageState, pageStates } from '../../../protocol/flags.ts';
import { decodeFrame } from '../../../protocol/frame.ts';
import { FrameStream } from '../../../protocol/frame-stream.ts';
import { faultBars, faultsAt } from '../../../renderer/components/filmstrip/fault-bars.ts';
import { filmAxis, middleOf, stepAtX, timeAtX } from '../../../renderer/components/filmstrip/film-axis.ts';
import { filmLayout, laneTop } from '../../../renderer/components/filmstrip/film-layout.ts';
import {
  type FilmView,
  mostZoom,
  panFilm,
  wholeFilm,
  zoomFilm,
} from '../../../renderer/components/filmstrip/film-view.ts';
import { grownView } from '../../../renderer/components/filmstrip/follow-film.ts';
import { jumpTarget } from '../../../renderer/components/filmstrip/jumps.ts';
import {
  columnAt,
  columnOf,
  fillLane,
  type Lane,
  LookColours,
  looksOf,
} from '../../../renderer/components/filmstrip/lane-picture.ts';
import { mostOf, rarestOf } from '../../../renderer/store/pages/film.ts';
import { RegionPages } from '../../../renderer/store/pages/pages.ts';
import { applyEvents, newSession } from '../../../renderer/store/session/session.ts';

const { Resident, Locked, Present } = PageFlag;

const fill = Object.fromEntries(pageStates.map((state, at) => [state, `#0000${(at + 16).toString(16)}`]));
const palette = {
  fill: fill as Record<PageState, string>,
  well: '#101010',
  line: { ...fill, unknown: '#ffffff' } as Record<PageState, string>,
};

const stepOf = (index: number, more: Partial<Step> = {}): Step => ({
  index,
  title: { en: '', zh: '' },
  call: 'mlock',
  region: 1,
  arguments: {},
  returned: 0,
  errno: null,
  durationNs: 10,
  startedNs: index * 100,
  ...more,
});

/** A lane of what was seen after these steps. */
function laneOf(seen: readonly (readonly [step: number, flags: readonly number[]])[], more: Partial<Lane> = {}): Lane {
  const region = new RegionPages();
  let drawn = 0;
  const stream = new FrameStream(1, 1, (bytes) => {
    const frame = decodeFrame(bytes);
    region.apply(frame);
    drawn = frame.sequence;
  });
  for (const [step, flags] of seen) {
    stream.offer({ flags: Uint8Array.from(flags), takenNs: step * 100 + 20, step, unknown: 0 });
    stream.acknowledge(drawn);
  }
  return { region: 1, label: 'A', film: region.film, seen: [], unmappedBy: Number.POSITIVE_INFINITY, ...more };
}

describe('the axis', () => {
  const steps = [stepOf(0, { durationNs: 30 }), stepOf(1, { durationNs: 10 }), stepOf(2, { durationNs: 60 })];

  it('has steps of equal width, of the time that they took, or of the time that passed', () => {
    const edges = (scale: 'steps' | 'kernel' | 'wall') => [...filmAxis(scale, 300, steps, 300, false).edges];
    expect(edges('steps')).toEqual([0, 100, 200, 300]);
    expect(edges('kernel')).toEqual([0, 90, 120, 300]);
    expect(edges('wall')).toEqual([0, 100, 200, 300]);
    expect(timeAtX(filmAxis('wall', 600, steps, 300, false), steps, 300)).toBe(150);
  });

  it('leaves room for steps to come, and finds the step at a place', () => {
    const axis = filmAxis('steps', 1000, steps, 300, true);
    expect(axis.edges[3]).toBeLessThan(200);
    expect(stepAtX(axis, 0)).toBe(0);
    expect(stepAtX(axis, middleOf(axis, 1))).toBe(1);
    expect(stepAtX(axis, 999)).toBe(2);
    expect(stepAtX(filmAxis('steps', 1000, [], 0, true), 5)).toBe(-1);
  });
});

describe('time in which nobody looked', () => {
  const ms = 1e6;
  /** Frames after steps at 20 ns and at 1 s; looks in between up to 200 ms, and around 600 ms. */
  const lane = laneOf(
    [
      [0, [0]],
      [10_000_000, [Resident]],
    ],
    {
      seen: [
        { fromNs: 50 * ms, toNs: 200 * ms },
        { fromNs: 600 * ms, toNs: 620 * ms },
      ],
    },
  );
  const at = (fromMs: number, endMs = 1100) => columnAt(lane, fromMs * ms, (fromMs + 1) * ms, endMs * ms);

  it('is known by the looks on both sides of it being far apart', () => {
    expect([10, 100, 200, 600, 610].map((time) => at(time))).toEqual(Array(5).fill({ first: 0, instant: 0 }));
    expect([201, 300, 598, 621, 900].map((time) => at(time))).toEqual(Array(5).fill('unseen'));
    expect(at(1000)).toMatchObject({ instant: 1 });
  });

  it('goes on after the last look, but not at the end of what is shown', () => {
    expect([1050, 1099].map((time) => at(time))).toEqual([
      { first: 1, instant: 1 },
      { first: 1, instant: 1 },
    ]);
    expect(at(1050, 5000)).toBe('unseen');
  });

  it('is hatched on the axis of the clock', () => {
    const steps = [stepOf(0), stepOf(1, { startedNs: 1000 * ms })];
    const axis = filmAxis('wall', 110, steps, 1100 * ms, false);
    const [width, height] = [110, 6];
    const words = new Uint32Array(width * height);
    const colours = new LookColours(palette);
    fillLane(words, { width, height, scale: 1 }, lane, axis, steps, colours);
    const inks = (x: number) => new Set(Array.from({ length: height }, (_, y) => words[y * width + x]));
    expect([...inks(40)].toSorted()).toEqual([colours.well, colours.hatch].toSorted());
    expect(inks(10).has(colours.hatch)).toBe(false);
  });
});

describe('zooming', () => {
  const steps = Array.from({ length: 10 }, (_, index) => stepOf(index));
  const edges = (view: FilmView) => [...filmAxis('steps', 1000, steps, 1000, false, view).edges];

  it('keeps what is at the pointer where it is, and shows nothing beyond the ends', () => {
    const view = zoomFilm(wholeFilm, 2, 0.25, 100);
    expect(view).toEqual({ zoom: 2, left: 0.125 });
    // The place at 250 is still there, and a step is twice as wide.
    expect(edges(view).slice(0, 4)).toEqual([-250, -50, 150, 350]);
    expect(stepAtX(filmAxis('steps', 1000, steps, 1000, false, view), 250)).toBe(2);
    expect(zoomFilm(view, 0.5, 0.25, 100)).toEqual(wholeFilm);
    expect(zoomFilm({ zoom: 4, left: 0.75 }, 0.5, 0, 100)).toEqual({ zoom: 2, left: 0.5 });
    expect(zoomFilm(wholeFilm, 0.5, 0.5, 100)).toEqual(wholeFilm);
  });

  it('ends where a step is wide enough', () => {
    expect(zoomFilm(wholeFilm, 1000, 0, mostZoom(10, 1000))).toEqual({ zoom: 2, left: 0 });
    expect(mostZoom(3, 1000)).toBe(1);
  });

  it('moves by a part of what is seen, to the ends', () => {
    expect(panFilm({ zoom: 4, left: 0.25 }, 0.5)).toEqual({ zoom: 4, left: 0.375 });
    expect(panFilm({ zoom: 4, left: 0.25 }, 9)).toEqual({ zoom: 4, left: 0.75 });
    expect(panFilm({ zoom: 4, left: 0.25 }, -9)).toEqual({ zoom: 4, left: 0 });
    expect(panFilm(wholeFilm, 1)).toEqual(wholeFilm);
  });
});

describe('a zoomed film that grows', () => {
  const live = (steps: number, view: FilmView, first = 0) =>
    filmAxis(
      'steps',
      1000,
      Array.from({ length: steps }, (_, index) => stepOf(first + index)),
      0,
      true,
      view,
    );
  /** What is at the left edge and at the right one after the film has grown, in steps, and how wide one is. */
  const grown = (view: FilmView, from: number, to: number, { follows = true, gone = 0 } = {}) => {
    const now = grownView(view, live(from, view), live(to, view, gone), gone, follows);
    const { edges } = live(to, now, gone);
    const width = (edges[1] ?? 0) - (edges[0] ?? 0);
    return [-(edges[0] ?? 0) / width, (1000 - (edges[0] ?? 0)) / width, width].map(
      (value) => Math.round(value * 100) / 100 + 0,
    );
  };

  it('scrolls with its end where that is in view and followed, and stays where it is otherwise', () => {
    // 40 steps, each 50 px wide: the last 20 are seen.
    expect(grown({ zoom: 2, left: 0.5 }, 40, 50)).toEqual([30, 50, 50]);
    expect(grown({ zoom: 2, left: 0.5 }, 40, 50, { follows: false })).toEqual([20, 40, 50]);
    expect(grown({ zoom: 2, left: 0.25 }, 40, 50)).toEqual([10, 30, 50]);
    // Half of the last step is in view, and nothing of it.
    expect(grown({ zoom: 2, left: 0.4875 }, 40, 50)).toEqual([30, 50, 50]);
    expect(grown({ zoom: 2, left: 0.475 }, 40, 50)).toEqual([19, 39, 50]);
    expect(grown(wholeFilm, 40, 50)).toEqual([0, 50, 20]);
  });

  it('fills what room there is first, and knows a step that has another place since the oldest went', () => {
    // Steps are 84 px wide: 10 are in view with room for 1.9 more.
    expect(grown({ zoom: 1.5, left: 0 }, 10, 11)).toEqual([0, 11.9, 84]);
    expect(grown({ zoom: 1.5, left: 0 }, 10, 14)).toEqual([2.1, 14, 84]);
    expect(grown({ zoom: 2, left: 0.25 }, 40, 40, { gone: 5 })).toEqual([5, 25, 50]);
  });
});

describe('a column', () => {
  it('shows what a step left; what nobody looked at is not drawn, and what was unmapped neither', () => {
    const lane = laneOf([
      [1, [0, 0]],
      [2, [Resident, 0]],
      [5, [Resident, Resident]],
    ]);
    expect(columnOf(lane, 0, stepOf(0))).toBe('unmapped');
    expect(columnOf(lane, 2, stepOf(2))).toEqual({ first: 1, instant: 1 });
    expect(columnOf(lane, 3, stepOf(3))).toBe('unseen');
    // It was about another region: this one is as it was seen last.
    expect(columnOf(lane, 3, stepOf(3, { region: 2 }))).toEqual({ first: 1, instant: 1 });
    expect(columnOf({ ...lane, unmappedBy: 5 }, 5, stepOf(5))).toBe('unmapped');
  });

  it('of many steps keeps in sight what was there for one of them', () => {
    const locked = Resident | Present | Locked;
    const lane = laneOf([
      [0, [0, 0]],
      [1, [0, locked]],
      [2, [0, 0]],
      [3, [0, 0]],
    ]);
    const column = columnOf(lane, 0, stepOf(3));
    if (typeof column === 'string') throw new Error('It was seen.');
    const looks = new Uint32Array(lane.film.bins);
    looksOf(lane.film, column, looks);
    const named = [...looks].map((look) => [pageStates[mostOf(look)], pageStates[rarestOf(look)]]);
    expect(named).toEqual([
      ['absent', 'absent'],
      ['absent', 'locked'],
    ]);
  });
});

it('one locked page of many stays in sight, however low the lane is, and what nobody saw is hatched', () => {
  const locked = Resident | Present | Locked;
  const pages = Array.from({ length: 48 }, (_, page) => (page === 21 ? locked : Resident));
  const lane = laneOf([
    [0, pages],
    [2, pages],
  ]);
  const steps = [0, 1, 2].map((index) => stepOf(index));
  const [width, height] = [3, 6];
  const colours = new LookColours(palette);
  for (const scale of ['steps', 'kernel', 'wall'] as const) {
    const words = new Uint32Array(width * height);
    const axis = filmAxis(scale, width, steps, 300, false);
    fillLane(words, { width, height, scale: 1 }, lane, axis, steps, colours);
    const columns = [0, 1, 2].map((x) => Array.from({ length: height }, (_, y) => words[y * width + x] ?? 0));
    const of = (state: PageState) => colours.of(pageStates.indexOf(state) * 0x11 + (255 << 8));
    const seen = [0, 1, 2, 3, 4, 5].map((y) => of(y === 2 ? 'locked' : 'resident'));
    expect(columns[0]).toEqual(seen);
    expect(columns[2]).toEqual(seen);
    expect(columns[1]?.every((colour) => colour === colours.well || colour === colours.hatch)).toBe(true);
    expect(columns[1]).toContain(colours.hatch);
  }
});

it('jumps lead to the next change and the next refusal, around the end, and to the key moment', () => {
  const lane = laneOf([
    [0, [0]],
    [1, [0]],
    [2, [1]],
    [3, [1]],
    [4, [0]],
  ]);
  const steps = [0, 1, 2, 3, 4].map((index) => stepOf(index, index === 1 ? { errno: 'ENOMEM' } : {}));
  const session = applyEvents(
    newSession(1),
    steps.map((step) => ({ kind: 'step', session: 1, step })),
  );
  expect([0, 2, 3, 4].map((from) => jumpTarget('change', session, [lane], from))).toEqual([2, 4, 4, 2]);
  expect([0, 1, 4].map((from) => jumpTarget('refusal', session, [lane], from))).toEqual([1, 1, 1]);
  expect(jumpTarget('key', session, [lane], 0)).toBeUndefined();
});

it('has the faults of another process between two looks at it, those of one pixel together', () => {
  const samples = [0, 100, 150, 151, 400].map((tNs, at) => ({
    tNs,
    minorFaults: at * at,
    majorFaults: at > 3 ? 2 : 0,
  }));
  expect(faultBars(samples, (tNs) => tNs / 10)).toEqual([
    { x: 0, width: 10, faults: 1, major: 0 },
    { x: 10, width: 5, faults: 3, major: 0 },
    { x: 15, width: 25, faults: 14, major: 2 },
  ]);
  expect([faultsAt(samples), faultsAt(samples, 150), faultsAt(samples, 99)]).toEqual([9, 3, 0]);
});

it('lanes share the height, and are all that a low strip has', () => {
  const many = filmLayout(110, 3, true);
  expect(laneTop(many, 2) + many.lanes.height).toBeLessThan(many.locked?.top ?? 0);
  expect((many.calls?.top ?? 0) + (many.calls?.height ?? 0)).toBeLessThanOrEqual(110);
  const foreign = filmLayout(110, 3, true, true);
  expect(foreign.faults?.top).toBeGreaterThan(foreign.times?.top ?? 0);
  expect((foreign.calls?.top ?? 0) + (foreign.calls?.height ?? 0)).toBeLessThanOrEqual(110);
  const low = filmLayout(34, 3, true);
  expect([low.locked, low.times, low.calls]).toEqual([undefined, undefined, undefined]);
  expect(laneTop(low, 2) + low.lanes.height).toBeLessThanOrEqual(34);
});
