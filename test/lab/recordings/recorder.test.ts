import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyRuns, RunsError, RunWriter } from '../../../lab/recordings/changed-runs.ts';
import { CountedPages } from '../../../lab/recordings/counted-pages.ts';
import { filmstripOf } from '../../../lab/recordings/filmstrip.ts';
import { Recorder } from '../../../lab/recordings/recorder.ts';
import { RecordingFile } from '../../../lab/recordings/recording-file.ts';
import { histogram, pageCounts } from '../../../protocol/counts.ts';
import type { RegionInfo } from '../../../protocol/events.ts';
import { PageFlag, pageStates } from '../../../protocol/flags.ts';
import { FrameStream } from '../../../protocol/frame-stream.ts';
import { forEachChangedRun, forEachRun } from '../../../protocol/runs.ts';
import { recordingHeader, recordingPath } from '../../support/recorded.ts';
import { until } from '../../support/until.ts';

const unbounded = { durable: false, mostBytes: Number.MAX_SAFE_INTEGER };

function regionOf(pages: number): RegionInfo {
  return { id: 1, label: 'A', address: '0x1000', length: pages * 4096, pages, kind: 'anonymous', protection: 'rw-p' };
}

/** A recorder of one region, fed as an engine feeds its reader. */
function recorderOf(file: string, pages: number, options = unbounded) {
  const recorder = new Recorder(file, recordingHeader(), options);
  recorder.event({ kind: 'region', session: 1, region: regionOf(pages) });
  const stream = new FrameStream(1, 1, (bytes) => recorder.frame(bytes));
  const see = (flags: Uint8Array, tNs: number, step: number, unknown = 0) => {
    stream.offer({ flags, takenNs: tNs, step, unknown });
    stream.flush();
    const sample = { tNs, vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 };
    recorder.event({ kind: 'sample', session: 1, sample, looked: [1] });
  };
  return { recorder, see };
}

/** Every snapshot of a recording; its flags are valid only until the next is asked for. */
function snapshotsOf(recording: RecordingFile) {
  const all: { takenNs: number; step: number; unknown: number; flags: Uint8Array }[] = [];
  for (const { takenNs, step, unknown, flags } of recording.snapshots()) {
    all.push({ takenNs, step, unknown, flags: flags.slice() });
  }
  return all;
}

describe('changed runs', () => {
  const pages = fc.uint8Array({ minLength: 1, maxLength: 300, max: 7 });

  it('lead from one snapshot to the next', () => {
    fc.assert(
      fc.property(pages, fc.infiniteStream(fc.nat(7)), (before, others) => {
        const after = before.map((flags) => (flags < 4 ? flags : (others.next().value ?? 0)));
        const writer = new RunWriter();
        forEachChangedRun(before, after, writer.add);
        const states = before.slice();
        applyRuns(states, writer.bytes);
        expect(states).toEqual(after);
      }),
    );
  });

  it('are counted as they are applied: flags and runs of all pages, without going through them', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 40, maxLength: 40, max: 3 }), { minLength: 1 }), (snapshots) => {
        const [states, writer, counted] = [new Uint8Array(40), new RunWriter(), new CountedPages(40)];
        for (const after of snapshots) {
          writer.clear();
          forEachChangedRun(states, after, writer.add);
          applyRuns(states, writer.bytes, (first, end, flags) => counted.change(states, first, end, flags));
          let runs = 0;
          forEachRun(after, () => runs++);
          expect([counted.counts, counted.runs]).toEqual([pageCounts(histogram(after)), runs]);
          const whole = new CountedPages(40);
          whole.replace(after);
          expect([whole.counts, whole.runs]).toEqual([counted.counts, runs]);
        }
      }),
    );
  });

  it('that nobody wrote are refused, or change pages of the region alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(50), (bytes, length) => {
        try {
          applyRuns(new Uint8Array(length), bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RunsError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a recording', () => {
  it('gives every snapshot back as it was, of few pages and of many, of few changes and of all', () => {
    const states = fc.constantFrom(0, 3, 7, 16, 35, 130);
    const change = fc.record({ from: fc.nat(), count: fc.nat(), flags: states, scattered: fc.boolean() });
    const step = fc.record({ step: fc.boolean(), unknown: fc.constantFrom(0, 0, 0, 1), change });
    fc.assert(
      fc.property(
        fc.constantFrom(1, 9, 20_000),
        fc.array(step, { minLength: 1, maxLength: 40 }),
        (pages, happenings) => {
          const file = recordingPath();
          const { recorder, see } = recorderOf(file, pages);
          const flags = new Uint8Array(pages);
          const wanted: unknown[] = [];
          happenings.forEach((what, at) => {
            const { from, count, flags: byte, scattered } = what.change;
            for (let page = from % pages; page < Math.min(pages, (from % pages) + (count % pages) + 1); page++) {
              if (!scattered || page % 3 === 0) flags[page] = byte;
            }
            see(flags, at * 10, what.step ? at : -1, what.unknown);
            if (what.step) wanted.push({ takenNs: at * 10, step: at, unknown: what.unknown, flags: flags.slice() });
          });
          recorder.end();
          using recording = new RecordingFile(file);
          expect(snapshotsOf(recording).filter(({ step }) => step >= 0)).toEqual(wanted);
          expect(recording.damaged).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps steps whole where it is over its limit, and what changed between them is in the next one', () => {
    const file = recordingPath();
    const { recorder, see } = recorderOf(file, 64, { durable: false, mostBytes: 0 });
    const flags = new Uint8Array(64);
    for (let at = 0; at < 60; at++) {
      flags[at] = 3;
      see(flags, at * 1e8, at % 10 === 9 ? at : -1);
    }
    recorder.end();
    using recording = new RecordingFile(file);
    const seen = snapshotsOf(recording).map(({ step, flags }) => [step, flags.filter((byte) => byte & 1).length]);
    expect(seen).toEqual([9, 19, 29, 39, 49, 59].map((step) => [step, step + 1]));
  });

  it('says from when to when a region was looked at and had not changed', async () => {
    const file = recordingPath();
    const { recorder, see } = recorderOf(file, 4);
    const flags = new Uint8Array(4);
    for (const tNs of [0, 10, 20, 30]) see(flags, tNs, -1);
    flags[2] = 1;
    for (const tNs of [40, 50]) see(flags, tNs, -1);
    recorder.end();
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare('SELECT region, from_ns, to_ns FROM seen').all().map(Object.values)).toEqual([
      [1, 0, 30],
      [1, 40, 50],
    ]);
    database.close();
  });

  it('is one file that a read-only folder opens, once its session has ended', () => {
    const file = recordingPath();
    const { recorder, see } = recorderOf(file, 4);
    see(new Uint8Array(4), 1, 0);
    expect(readFileSync(file)[18]).toBe(2);
    recorder.end();
    expect(readFileSync(file)[18]).toBe(1);
  });

  it('that is being written is read by others up to its last look', () => {
    const file = recordingPath();
    const { recorder, see } = recorderOf(file, 4, { ...unbounded, durable: true });
    for (let step = 0; step < 5; step++) see(Uint8Array.of(step, 0, 0, 0), step, step);
    using recording = new RecordingFile(file);
    expect([...recording.snapshots()].map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    recorder.end();
  });

  it.each([true, false])('that is being written is read with what was told last (durable: %s)', async (durable) => {
    const file = recordingPath();
    const { recorder, see } = recorderOf(file, 4, { ...unbounded, durable });
    see(new Uint8Array(4), 1, 0);
    recorder.event({ kind: 'action', session: 1, action: { kind: 'remove', region: 1 }, result: { errno: null } });
    await until(() => {
      using recording = new RecordingFile(file);
      expect([...recording.events('action')]).toHaveLength(1);
    });
    recorder.event({ kind: 'region', session: 1, region: { ...regionOf(4), name: 'renamed' } });
    await until(() => {
      using recording = new RecordingFile(file);
      expect(recording.regions).toMatchObject([{ name: 'renamed' }]);
    });
    recorder.end();
  });

  it('never replaces a file', () => {
    const file = recordingPath();
    writeFileSync(file, 'mine');
    expect(() => new Recorder(file, recordingHeader(), unbounded)).toThrow('EEXIST');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

describe('an instant of a recording', () => {
  it('has the pages that the newest frame until then showed', () => {
    const file = recordingPath();
    const { recorder, see } = recorderOf(file, 5000);
    const flags = new Uint8Array(5000);
    const wanted: Uint8Array[] = [];
    for (let at = 0; at < 300; at++) {
      for (let page = at; page < 5000; page += 1 + (at % 7)) flags[page] = at & 7;
      see(flags, at * 10, at % 3 === 0 ? at : -1);
      wanted.push(flags.slice());
    }
    recorder.end();
    using recording = new RecordingFile(file);
    for (const at of [0, 1, 57, 123, 298, 299]) {
      for (const tNs of [at * 10, at * 10 + 9]) {
        expect(recording.pagesAt(1, tNs)).toEqual({ frame: at + 1, takenNs: at * 10, unknown: 0, flags: wanted[at] });
      }
    }
    expect(recording.pagesAt(2, 100)).toBeUndefined();
  });

  it('before the first frame has none', () => {
    const file = recordingPath();
    const { recorder, see } = recorderOf(file, 4);
    see(new Uint8Array(4), 100, 0);
    recorder.end();
    using recording = new RecordingFile(file);
    expect(recording.pagesAt(1, 99)).toBeUndefined();
    expect(recording.pagesAt(1, 100)?.flags).toEqual(new Uint8Array(4));
  });
});

describe('the filmstrip of a recording', () => {
  const locked = pageStates.indexOf('locked');

  it.each([
    ['short: a column for each frame', 40, 100, 1000],
    ['long: from the summary', 2000, 50, 1000],
    ['short, but with too much in it to go through: from the summary', 160, 100, 0.01],
  ])('%s', async (_what, frames, width, mostMs) => {
    const file = recordingPath();
    const pages = 6400;
    const { recorder, see } = recorderOf(file, pages);
    const flags = new Uint8Array(pages);
    for (let at = 0; at < frames; at++) {
      // One page of thousands is locked for one frame, and seen all the same.
      flags[150] = at === frames / 2 ? PageFlag.Resident | PageFlag.Present | PageFlag.Locked : 0;
      flags.fill(3, 0, at % 100);
      see(flags, at * 10, -1);
    }
    recorder.end();
    using recording = new RecordingFile(file);
    const strip = await filmstripOf(recording, 1, width, mostMs);
    expect(strip.bins).toBe(64);
    expect(strip.columns.length).toBeLessThanOrEqual(width);
    // After the first hundred frames only the locked page changes: 102 of them change something.
    if (mostMs < 1) expect(strip.columns).toHaveLength(6);
    const shares = (column: number, half: 0 | 1) => {
      const bytes = strip.shares[column] ?? new Uint8Array();
      return bytes.subarray(half * (bytes.length / 2), (half + 1) * (bytes.length / 2));
    };
    const bin = Math.floor(150 / 100) * pageStates.length;
    const peaks = strip.columns.map((_column, index) => shares(index, 1)[bin + locked] ?? 0);
    expect(peaks.filter((peak) => peak > 0)).toHaveLength(1);
    const at = strip.columns.findIndex(({ fromNs, toNs }) => fromNs <= frames * 5 && frames * 5 <= toNs);
    expect(peaks[at]).toBe(3);
    expect(strip.columns.map(({ fromNs }) => fromNs)).toEqual(
      strip.columns.map(({ fromNs }) => fromNs).toSorted((a, b) => a - b),
    );
  });
});
