import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame } from '../../../../protocol/frame.ts';
import { FrameStream } from '../../../../protocol/frame-stream.ts';
import { makeFlash } from '../../../../renderer/canvas/flash.ts';
import { undoOf } from '../../../../renderer/store/pages/page-history.ts';
import { hasPage, type PageSet } from '../../../../renderer/store/pages/page-set.ts';
import { RegionPages } from '../../../../renderer/store/pages/pages.ts';

/** A region that was shown these snapshots; snapshot n at (n + 1) × 10 ns, after this step. */
function shown(snapshots: readonly Uint8Array[], stepOf = (_index: number) => -1): RegionPages {
  const region = new RegionPages();
  let before: Uint8Array | undefined;
  let sequence = 0;
  snapshots.forEach((after, index) => {
    const info = {
      session: 1,
      region: 1,
      sequence: sequence + 1,
      skipped: 0,
      takenNs: (index + 1) * 10,
      step: stepOf(index),
      unknown: 0,
    };
    const frame = encodeFrame(info, after, before);
    before = after;
    if (!frame) return;
    sequence++;
    region.apply(decodeFrame(frame));
  });
  return region;
}

describe('the pages of a past moment', () => {
  it('are those of the last snapshot before it', () => {
    const pages = fc.integer({ min: 1, max: 40 });
    const snapshots = pages.chain((length) =>
      fc.array(fc.uint8Array({ minLength: length, maxLength: length, max: 3 }), { minLength: 1, maxLength: 10 }),
    );
    fc.assert(
      fc.property(snapshots, fc.integer({ min: 10, max: 120 }), (all, tNs) => {
        const region = shown(all);
        const past = region.at(tNs);
        const expected = all[Math.min(all.length, Math.floor(tNs / 10)) - 1];
        expect([...(typeof past === 'string' ? region.flags : past.flags)]).toEqual([...(expected ?? [])]);
      }),
    );
  });

  it('are the live ones from the newest snapshot on, and none before the first', () => {
    const region = shown([Uint8Array.of(0, 0), Uint8Array.of(1, 0)]);
    expect(region.at(20)).toBe('live');
    expect(region.at(500)).toBe('live');
    expect(region.at(9)).toBe('unmapped');
    expect(region.at(19)).toMatchObject({ takenNs: 10, flags: Uint8Array.of(0, 0) });
  });

  it('have rims where the four steps up to then changed them, weaker with each step, and none for what came later', () => {
    // Each step changes the page of its own number.
    const pagesUpTo = (step: number) => Uint8Array.from({ length: 8 }, (_, page) => (page < step ? 1 : 0));
    const region = shown(
      Array.from({ length: 8 }, (_, step) => pagesUpTo(step)),
      (step) => step,
    );
    const past = region.at(65);
    if (typeof past === 'string') throw new Error(past);
    const rims = (newest: number) => {
      const flash = makeFlash(past.changes, newest);
      return Array.from({ length: 8 }, (_, page) => flash?.strength(page) ?? 0);
    };
    expect(rims(5)).toEqual([0, 0.25, 0.5, 0.75, 1, 0, 0, 0]);
    expect(rims(7)).toEqual([0, 0, 0, 0.25, 0.5, 0, 0, 0]);
    expect(rims(9)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('have no rims right after the first snapshot', () => {
    const region = shown([Uint8Array.of(1, 1), Uint8Array.of(1, 0)], (step) => step);
    const past = region.at(15);
    expect(typeof past === 'string' ? past : makeFlash(past.changes, 0)).toBeUndefined();
  });

  it('are forgotten from the oldest on when they take too much room', () => {
    const noise = (seed: number) =>
      Uint8Array.from({ length: 200_000 }, (_, page) => (page * 7 + seed * (page % 3)) & 255);
    const region = shown(Array.from({ length: 24 }, (_, index) => noise(index + 1)));
    expect(region.at(10)).toBe('forgotten');
    // The newest ones are there, also those that lie before a key frame.
    for (let at = 16; at <= 23; at++) {
      const kept = region.at(at * 10 + 5);
      expect(kept).toMatchObject({ takenNs: at * 10 });
      expect(typeof kept === 'string' ? undefined : Buffer.compare(kept.flags, noise(at))).toBe(0);
    }
  });
});

it('the way back from a frame that changes more than the budget is not kept, whichever way it came', () => {
  const info = { session: 1, region: 1, sequence: 2, skipped: 0, takenNs: 20, step: -1, unknown: 0 };
  const [before, after] = [new Uint8Array(1_200_000), Uint8Array.from({ length: 1_200_000 }, (_, page) => page % 2)];
  const striped = encodeFrame(info, after);
  const plain = encodeFrame(info, before, after);
  if (!striped || !plain) throw new Error('nothing changed');
  expect(undoOf(before, decodeFrame(striped))).toBeUndefined();
  expect(undoOf(after, decodeFrame(plain))).toBeUndefined();
  expect(undoOf(before, decodeFrame(plain))?.length).toBeLessThan(3);
});

/**
 * Steps of 4 ns that begin every 10 ns, each with a snapshot at its end; the reader draws a frame after some of them.
 */
function acted(snapshots: readonly Uint8Array[], drawsAfter: (step: number) => boolean): RegionPages {
  const region = new RegionPages();
  let drawn = 0;
  const stream = new FrameStream(1, 1, (frame) => {
    const decoded = decodeFrame(frame);
    region.apply(decoded);
    drawn = decoded.sequence;
  });
  snapshots.forEach((flags, step) => {
    stream.offer({ flags, takenNs: step * 10 + 5, step, unknown: 0 });
    if (drawsAfter(step)) stream.acknowledge(drawn);
  });
  stream.acknowledge(drawn);
  return region;
}

const timesOf = (index: number, count: number) => ({
  index,
  startedNs: index * 10,
  endedNs: index * 10 + 4,
  previousEndedNs: index === 0 ? Number.NEGATIVE_INFINITY : index * 10 - 6,
  nextStartedNs: index === count - 1 ? Number.POSITIVE_INFINITY : index * 10 + 10,
});

const maskOf = (set: PageSet, pages: number): number[] =>
  Array.from({ length: pages }, (_, page) => Number(hasPage(set, page)));

function difference(region: RegionPages, index: number, count: number) {
  const around = region.around(timesOf(index, count));
  const found = region.difference(around.beforeNs, around.afterNs);
  return { exact: around.exact, found: typeof found === 'string' ? found : maskOf(found.changed, region.flags.length) };
}

describe('around a step', () => {
  // Few pages and few states: often the pages are again what they were.
  const states = fc.array(fc.uint8Array({ minLength: 2, maxLength: 2, max: 1 }), { minLength: 2, maxLength: 12 });

  it('the difference is what the step changed, whatever others did, or it says that it cannot tell', () => {
    fc.assert(
      fc.property(states, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (all, draws) => {
        const region = acted(all, (step) => draws[step] ?? true);
        for (let step = 1; step < all.length; step++) {
          const { exact, found } = difference(region, step, all.length);
          const [before, after] = [all[step - 1], all[step]];
          const expected = [...(after ?? [])].map((byte, page) => Number(byte !== before?.[page]));
          if (exact) expect(found).toEqual(expected);
        }
      }),
    );
  });

  it('is exact for every step that the window could draw', () => {
    const all = [Uint8Array.of(0, 0), Uint8Array.of(0, 1), Uint8Array.of(0, 1), Uint8Array.of(3, 1)];
    const region = acted(all, () => true);
    expect(difference(region, 1, 4)).toEqual({ exact: true, found: [0, 1] });
    expect(difference(region, 2, 4)).toEqual({ exact: true, found: [0, 0] });
    expect(difference(region, 3, 4)).toEqual({ exact: true, found: [1, 0] });
    expect(difference(region, 0, 4)).toEqual({ exact: true, found: 'unmapped' });
  });

  it('is exact also for every step that followed before the window had drawn anything', () => {
    const all = [0, 1, 2, 3, 4, 5].map((byte) => Uint8Array.of(byte));
    const region = acted(all, () => false);
    for (let step = 1; step < all.length; step++) {
      expect(difference(region, step, all.length)).toEqual({ exact: true, found: [1] });
    }
  });

  it('counts the changes by what they were', () => {
    const region = acted([Uint8Array.of(0, 0, 3), Uint8Array.of(1, 1, 7)], () => true);
    const found = region.difference(5, 15);
    expect(found).toMatchObject({
      changed: { count: 3 },
      changes: [
        { before: 0, after: 1, pages: 2 },
        { before: 3, after: 7, pages: 1 },
      ],
    });
  });
});
