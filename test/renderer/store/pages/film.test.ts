import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogram } from '../../../../protocol/counts.ts';
import { PageFlag, pageState, pageStates } from '../../../../protocol/flags.ts';
import { decodeFrame } from '../../../../protocol/frame.ts';
import { FrameStream } from '../../../../protocol/frame-stream.ts';
import { type Film, mostOf, rarestOf, shareOf } from '../../../../renderer/store/pages/film.ts';
import { RegionPages } from '../../../../renderer/store/pages/pages.ts';

const { Resident, Present, Locked } = PageFlag;

/** A region of which each snapshot was taken right after the step of its place; `unknown` could not be told. */
function shown(snapshots: readonly Uint8Array[], unknown: (step: number) => number = () => 0): RegionPages {
  const region = new RegionPages();
  let drawn = 0;
  const stream = new FrameStream(1, 1, (bytes) => {
    const frame = decodeFrame(bytes);
    region.apply(frame);
    drawn = frame.sequence;
  });
  snapshots.forEach((flags, step) => {
    stream.offer({ flags, takenNs: step * 10 + 5, step, unknown: unknown(step) });
    stream.acknowledge(drawn);
  });
  return region;
}

const statesOf = (film: Film, instant: number, bin: number) =>
  [mostOf(film.look(instant, bin)), rarestOf(film.look(instant, bin))].map((state) => pageStates[state]);

function changedAt(film: Film, instant: number): number[] {
  const bins: number[] = [];
  film.forEachChanged(instant, (bin) => bins.push(bin));
  return bins;
}

describe('the film of a region', () => {
  it('has an instant for each step, and each bin shows the most frequent and the rarest state of its pages', () => {
    const bytes = fc.constantFrom(0, Resident, Resident | Present | Locked);
    const snapshots = fc.integer({ min: 1, max: 300 }).chain((pages) =>
      fc.array(
        fc.array(bytes, { minLength: pages, maxLength: pages }).map((all) => Uint8Array.from(all)),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
    );
    fc.assert(
      fc.property(snapshots, fc.boolean(), (all, blind) => {
        const unknown = (step: number): number => (blind && step === 1 ? Resident : 0);
        const region = shown(all, unknown);
        const { film } = region;
        expect(film.length).toBe(all.length);
        all.forEach((flags, step) => {
          expect(film.ofStep(step)).toBe(step);
          for (let bin = 0; bin < film.bins; bin++) {
            const from = Math.ceil((bin * flags.length) / film.bins);
            const to = Math.ceil(((bin + 1) * flags.length) / film.bins);
            const states = [...flags.subarray(from, to)].map((byte) => pageState(byte, unknown(step)));
            const counts = new Map(states.map((state) => [state, states.filter((each) => each === state).length]));
            const [most, rarest] = statesOf(film, step, bin);
            expect(counts.get(most ?? 'guard')).toBe(Math.max(...counts.values()));
            expect(counts.get(rarest ?? 'guard')).toBe(Math.min(...counts.values()));
            expect(shareOf(film.look(step, bin))).toBeGreaterThan(0);
          }
        });
        expect(film.histogram()).toEqual(histogram(region.flags));
      }),
      { numRuns: 40 },
    );
  });

  it('keeps one page of a million in sight', () => {
    const pages = new Uint8Array(1_000_000);
    const one = pages.slice();
    one[700_000] = Resident | Present | Locked;
    const { film } = shown([pages, one]);
    const bins = Array.from({ length: film.bins }, (_, bin) => statesOf(film, 1, bin));
    expect(bins.filter((states) => states.includes('locked'))).toEqual([['absent', 'locked']]);
    expect(changedAt(film, 1).map((bin) => bins[bin])).toEqual([['absent', 'locked']]);
  });

  it('says of a step that changed nothing that it changed nothing', () => {
    const { film } = shown([Uint8Array.of(0, 0), Uint8Array.of(0, 0), Uint8Array.of(0, 1)]);
    expect([1, 2].map((step) => changedAt(film, film.ofStep(step) ?? -1))).toEqual([[], [1]]);
  });

  it('tells a step that nobody looked after from one that changed nothing', () => {
    const region = new RegionPages();
    const stream = new FrameStream(1, 1, (bytes) => region.apply(decodeFrame(bytes)));
    stream.offer({ flags: Uint8Array.of(0), takenNs: 5, step: 0, unknown: 0 });
    stream.offer({ flags: Uint8Array.of(1), takenNs: 25, step: 2, unknown: 0 });
    expect([0, 1, 2].map((step) => region.film.ofStep(step))).toEqual([0, undefined, 1]);
  });
});
