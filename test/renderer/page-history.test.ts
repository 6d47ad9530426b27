import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame } from '../../protocol/frame.ts';
import { RegionPages } from '../../renderer/store/pages.ts';

/** A region that was shown these snapshots; snapshot n at (n + 1) × 10 ns. */
function shown(snapshots: readonly Uint8Array[]): RegionPages {
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
      step: -1,
      unknown: 0,
    };
    const frame = encodeFrame(info, after, before);
    before = after;
    if (!frame) return;
    sequence++;
    region.apply(decodeFrame(frame), 0);
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

  it('are forgotten from the oldest on when they take too much room', () => {
    const noise = (seed: number) =>
      Uint8Array.from({ length: 200_000 }, (_, page) => (page * 7 + seed * (page % 3)) & 255);
    const region = shown([noise(1), noise(2), noise(3), noise(4), noise(5)]);
    expect(region.at(10)).toBe('forgotten');
    const kept = region.at(45);
    expect(kept).toMatchObject({ takenNs: 40 });
    expect(typeof kept === 'string' ? undefined : kept.flags).toEqual(noise(4));
  });
});
