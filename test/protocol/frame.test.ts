import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, type Frame, FrameError, frameHeaderBytes } from '../../protocol/frame.ts';
import { PageStates } from '../../protocol/page-states.ts';
import { maxRunPages } from '../../protocol/runs.ts';
import { pageBytes, twoSnapshots } from '../support/page-bytes.ts';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const info = fc.record({
  session: u32,
  region: u32,
  sequence: fc.integer({ min: 1, max: 0xffff_fffe }),
  skipped: u32,
  takenNs: fc.double({ min: 0, max: 1e18, noNaN: true, noDefaultInfinity: true }),
  step: fc.integer({ min: -1, max: 0x7fff_ffff }),
  unknown: fc.integer({ min: 0, max: 255 }),
  // Every region has a page.
  lazilyFree: fc.constantFrom(undefined, 0, 1),
});

/** Its header alone, as plain data. */
const infoOf = ({ session, region, sequence, skipped, takenNs, step, unknown, lazilyFree }: Frame) => ({
  ...{ session, region, sequence, skipped, takenNs, step, unknown, lazilyFree },
});

function whole(bytes: Uint8Array): Uint8Array {
  const states = new PageStates();
  states.apply(decodeFrame(bytes));
  return states.flags;
}

describe('a frame', () => {
  it('brings a whole snapshot and its header across unchanged', () => {
    fc.assert(
      fc.property(info, pageBytes, (header, flags) => {
        const bytes = encodeFrame(header, flags);
        if (!bytes) throw new Error('A whole frame is never left out.');
        const frame = decodeFrame(bytes);
        expect(infoOf(frame)).toEqual({ ...header, takenNs: frame.takenNs });
        expect(frame.takenNs + 0).toBe(header.takenNs + 0);
        expect(frame).toMatchObject({ whole: true, pages: flags.length });
        expect(whole(bytes)).toEqual(flags);
      }),
    );
  });

  it('brings a reader from one snapshot to the next, and is left out when nothing changed between steps', () => {
    fc.assert(
      fc.property(info, twoSnapshots, (header, { before, after }) => {
        const first = encodeFrame(header, before);
        const change = encodeFrame({ ...header, sequence: header.sequence + 1 }, after, before);
        const same = Buffer.compare(before, after) === 0;
        expect(change === undefined).toBe(same && header.step < 0);
        if (!first || !change) return;
        const states = new PageStates();
        states.apply(decodeFrame(first));
        states.apply(decodeFrame(change));
        expect(states.flags).toEqual(after);
      }),
    );
  });

  it('is never longer than one byte for each page, 8-byte aligned, in a buffer of exactly its size', () => {
    fc.assert(
      fc.property(info, twoSnapshots, (header, { before, after }) => {
        for (const bytes of [encodeFrame(header, after), encodeFrame(header, after, before)]) {
          if (!bytes) continue;
          expect(bytes.byteLength).toBeLessThanOrEqual(frameHeaderBytes + Math.ceil(after.length / 8) * 8);
          expect(bytes.byteLength % 8).toBe(0);
          expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
        }
      }),
    );
  });

  it('tells only the pages that changed', () => {
    const before = new Uint8Array(1000);
    const after = before.slice();
    after.fill(3, 10, 20);
    const bytes = encodeFrame(
      { session: 1, region: 1, sequence: 2, skipped: 0, takenNs: 0, step: -1, unknown: 0 },
      after,
      before,
    );
    expect(bytes?.byteLength).toBe(frameHeaderBytes + 8);
  });

  it('brings more pages across than one run can count, as a whole and as a change', () => {
    const header = { session: 1, region: 1, sequence: 1, skipped: 0, takenNs: 0, step: -1, unknown: 0 };
    const before = new Uint8Array(maxRunPages + 10).fill(3);
    const after = before.slice().fill(7, 2, maxRunPages + 8);
    const states = new PageStates();
    states.apply(decodeFrame(encodeFrame(header, before) ?? new Uint8Array()));
    expect(states.flags.length).toBe(before.length);
    expect(Buffer.compare(states.flags, before)).toBe(0);
    const change = encodeFrame({ ...header, sequence: 2 }, after, before);
    expect(change?.byteLength).toBe(frameHeaderBytes + 2 * 8);
    states.apply(decodeFrame(change ?? new Uint8Array()));
    expect(Buffer.compare(states.flags, after)).toBe(0);
  });

  it('is refused by a reader that lacks the state it changes', () => {
    const header = { session: 1, region: 1, sequence: 3, skipped: 0, takenNs: 0, step: -1, unknown: 0 };
    const change = encodeFrame(header, Uint8Array.of(1, 1), Uint8Array.of(0, 1));
    const first = encodeFrame({ ...header, sequence: 1 }, Uint8Array.of(0, 1));
    const other = encodeFrame({ ...header, sequence: 2 }, Uint8Array.of(0, 1, 1));
    if (!change || !first || !other) throw new Error('All three are frames.');
    for (const before of [undefined, first, other]) {
      const states = new PageStates();
      if (before) states.apply(decodeFrame(before));
      expect(() => states.apply(decodeFrame(change))).toThrow(FrameError);
    }
  });
});

/** Decodes bytes that may be broken: a `FrameError`, or a frame that stays inside its region. */
function decodeOrRefuse(bytes: Uint8Array): 'frame' | 'refused' {
  let frame: Frame;
  try {
    frame = decodeFrame(bytes);
  } catch (error) {
    if (error instanceof FrameError && error.message.length > 0) return 'refused';
    throw error;
  }
  let next = 0;
  frame.forEachRun((first, count, flags) => {
    if (first < next || count < 1 || first + count > frame.pages || flags > 255)
      throw new Error('A run is out of bounds.');
    next = first + count;
  });
  if (frame.whole && next !== frame.pages) throw new Error('A whole frame leaves pages out.');
  return 'frame';
}

describe('the decoder', () => {
  it('refuses random bytes in a sentence', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeOrRefuse(bytes)).toBe('refused');
      }),
    );
  });

  it('refuses a frame that was changed, or finds another that keeps every rule', () => {
    const place = fc.tuple(fc.nat(0xffff), fc.integer({ min: 0, max: 255 }));
    // The fields that say how long everything is are where a change does most.
    const inHeader = fc.tuple(fc.integer({ min: 4, max: frameHeaderBytes + 7 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        info,
        twoSnapshots,
        fc.boolean(),
        fc.array(fc.oneof(place, inHeader), { minLength: 1, maxLength: 4 }),
        (header, { before, after }, changed, edits) => {
          const bytes = encodeFrame(header, after, changed ? before : undefined);
          if (!bytes) return;
          for (const [at, value] of edits) bytes[at % bytes.length] = value;
          decodeOrRefuse(bytes);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('refuses a frame that was cut or lengthened', () => {
    fc.assert(
      fc.property(info, pageBytes, fc.nat(), (header, flags, cut) => {
        const bytes = encodeFrame(header, flags) ?? new Uint8Array();
        expect(decodeOrRefuse(bytes.subarray(0, cut % bytes.length))).toBe('refused');
        const longer = new Uint8Array(bytes.length + 1 + (cut % 16));
        longer.set(bytes);
        expect(decodeOrRefuse(longer)).toBe('refused');
      }),
    );
  });

  it('refuses a frame of no pages, of more than any region has, and of an impossible time', () => {
    const header = { session: 1, region: 1, sequence: 1, skipped: 0, takenNs: 0, step: -1, unknown: 0 };
    const mostPages = 2 ** 26;
    /** A whole frame of so many pages, each run as long as it may be: all rules are kept but how many there are. */
    const ofPages = (pages: number, runPages: readonly number[]) => {
      const bytes = new Uint8Array(frameHeaderBytes + runPages.length * 8);
      bytes.set((encodeFrame(header, Uint8Array.of(1)) ?? new Uint8Array()).subarray(0, frameHeaderBytes));
      const view = new DataView(bytes.buffer);
      view.setUint32(32, pages, true);
      view.setUint32(36, runPages.length, true);
      let first = 0;
      for (const [index, count] of runPages.entries()) {
        view.setUint32(frameHeaderBytes + index * 8, first, true);
        view.setUint32(frameHeaderBytes + index * 8 + 4, ((count << 8) | 1) >>> 0, true);
        first += count;
      }
      return bytes;
    };
    const longest = Array<number>(4).fill(maxRunPages);
    expect(decodeFrame(ofPages(mostPages, [...longest, 4])).pages).toBe(mostPages);
    expect(() => decodeFrame(ofPages(mostPages + 1, [...longest, 5]))).toThrow(/67108865 pages is out of bounds/);
    expect(() => decodeFrame(ofPages(0, []))).toThrow(/0 pages is out of bounds/);
    for (const takenNs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const bytes = ofPages(1, [1]);
      new DataView(bytes.buffer).setFloat64(24, takenNs, true);
      expect(() => decodeFrame(bytes)).toThrow(/not a number of nanoseconds/);
    }
  });

  it('refuses runs that overlap, leave the region or are empty, and of a whole snapshot those that leave pages out', () => {
    const header = { session: 1, region: 1, sequence: 1, skipped: 0, takenNs: 0, step: -1, unknown: 0 };
    const whole = encodeFrame(
      header,
      Uint8Array.from({ length: 30 }, (_, page) => Math.floor(page / 15) + 1),
    );
    if (!whole) throw new Error('A whole frame is never left out.');
    type Runs = readonly (readonly [first: number, count: number])[];
    const withRuns = (...runs: Runs) => [decodedAs(runs, 1), decodedAs(runs, 2)];
    /** `kind` 1 is a whole snapshot, 2 what changed. */
    const decodedAs = (runs: Runs, kind: number) => {
      const bytes = whole.slice();
      bytes[6] = kind;
      const view = new DataView(bytes.buffer, frameHeaderBytes);
      for (const [index, [first, count]] of runs.entries()) {
        view.setUint32(index * 8, first, true);
        view.setUint32(index * 8 + 4, (count << 8) | 1, true);
      }
      return decodeOrRefuse(bytes);
    };
    expect(withRuns([0, 15], [15, 15])).toEqual(['frame', 'frame']);
    expect(withRuns([0, 15], [14, 16])).toEqual(['refused', 'refused']);
    expect(withRuns([0, 14], [15, 15])).toEqual(['refused', 'frame']);
    expect(withRuns([0, 15], [15, 14])).toEqual(['refused', 'frame']);
    expect(withRuns([0, 15], [15, 16])).toEqual(['refused', 'refused']);
    expect(withRuns([0, 30], [30, 0])).toEqual(['refused', 'refused']);
    expect(withRuns([1, 14], [15, 15])).toEqual(['refused', 'frame']);
  });

  it('refuses a frame of another version and names both', () => {
    const bytes = encodeFrame(
      { session: 1, region: 1, sequence: 1, skipped: 0, takenNs: 0, step: -1, unknown: 0 },
      Uint8Array.of(1),
    );
    if (!bytes) throw new Error('A whole frame is never left out.');
    bytes[4] = 2;
    expect(() => decodeFrame(bytes)).toThrow(/version 2.*version 1/);
  });
});
