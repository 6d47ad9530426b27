import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { environment } from '../../../lab/limits/environment.ts';
import { Transcript } from '../../../lab/session/transcript.ts';
import { PageFlag } from '../../../protocol/flags.ts';

const text = { en: 'word', zh: '词' };

function transcript() {
  const experiment = { id: 'test', title: text, parameters: {} };
  const made = new Transcript({ version: '0.0.0', experiment, placement: 'inline', pid: 1 });
  return { made, report: () => made.report(environment(), 'en') };
}

/** A snapshot of these pages, taken after 5 ns. */
function seen(flags: Uint8Array, unknown = 0) {
  return { flags, takenNs: 5, unknown };
}

function checkerboard(pages: number): Uint8Array {
  return Uint8Array.from({ length: pages }, (_, page) => page & 1);
}

describe('the transcript', () => {
  it('keeps the whole course of a long session, thinned: first sample, newest sample, in order', () => {
    const { made, report } = transcript();
    const last = 100_000;
    for (let tNs = 0; tNs <= last; tNs++) {
      const sample = { tNs, vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 };
      made.add({ kind: 'sample', session: 1, sample });
    }
    const times = report().samples.map(({ tNs }) => tNs);
    expect(times.length).toBeLessThanOrEqual(8192);
    expect(times.length).toBeGreaterThanOrEqual(4096);
    expect([times[0], times.at(-1)]).toEqual([0, last]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.some((tNs) => tNs > last * 0.4 && tNs < last * 0.6)).toBe(true);
  });

  it('gives back the runs of a snapshot as they were', () => {
    const { made, report } = transcript();
    made.addSnapshot(3, 1, seen(Uint8Array.from([255, 255, 0, 3, 3, 3])));
    expect(report().snapshots).toMatchObject([
      {
        step: 3,
        region: 1,
        takenNs: 5,
        counts: { resident: 5, locked: 2 },
        runs: [
          [0, 2, 255],
          [2, 1, 0],
          [3, 3, 3],
        ],
      },
    ]);
  });

  it('says which flags of a snapshot are unknown, and nothing where all are known', () => {
    const { made, report } = transcript();
    made.addSnapshot(0, 1, seen(new Uint8Array(4), PageFlag.Resident | PageFlag.Zero));
    made.addSnapshot(1, 1, seen(new Uint8Array(4)));
    const { snapshots } = report();
    expect(snapshots.map((snapshot) => snapshot.unknown)).toEqual([33, undefined]);
    expect(snapshots[1]).not.toHaveProperty('unknown');
  });

  it('keeps the counts alone of a snapshot that has more runs than a report should have, and goes on with the next', () => {
    const { made, report } = transcript();
    made.addSnapshot(0, 1, seen(checkerboard(200_000)));
    made.addSnapshot(1, 1, seen(checkerboard(200_000)));
    made.addSnapshot(2, 1, seen(new Uint8Array(200_000).fill(1)));
    const { snapshots } = report();
    expect(snapshots.map(({ runs }) => runs.length)).toEqual([200_000, 0, 1]);
    expect(snapshots.map(({ counts }) => counts.resident)).toEqual([100_000, 100_000, 200_000]);
    expect(snapshots.filter(({ pages }) => pages !== undefined)).toEqual([]);
  });

  it('keeps the pages of the last of them, in few bytes', () => {
    const { made, report } = transcript();
    for (let step = 0; step < 3; step++) made.addSnapshot(step, 1, seen(checkerboard(200_000)));
    const packed = report().snapshots.map(({ pages }) => pages ?? '');
    expect(packed.map(({ length }) => length > 0)).toEqual([false, false, true]);
    expect(packed.join('').length).toBeLessThan(4096);
    expect(new Uint8Array(inflateSync(Buffer.from(packed.join(''), 'base64')))).toEqual(checkerboard(200_000));
  });

  it('has the last word of a claim that was stated twice', () => {
    const { made, report } = transcript();
    const claim = { id: 'c', text, expected: 1, measured: 2, status: 'failed' as const };
    made.add({ kind: 'claim', session: 1, claim });
    made.add({ kind: 'claim', session: 1, claim: { ...claim, measured: 1, status: 'held', reason: text } });
    expect(report().claims).toEqual([
      { id: 'c', text: 'word', expected: 1, measured: 1, status: 'held', reason: 'word' },
    ]);
  });

  it('is a copy: a report in hand does not change while the session goes on', () => {
    const { made, report } = transcript();
    const before = report();
    made.addSnapshot(0, 1, seen(new Uint8Array(1)));
    made.add({ kind: 'measurement', session: 1, name: 'xNs', value: 1 });
    expect([before.snapshots, before.measurements]).toEqual([[], {}]);
  });

  it('says why a session failed, in the language asked for', () => {
    const { made } = transcript();
    made.add({ kind: 'state', session: 1, state: 'failed', problem: { kind: 'internal', text } });
    const report = made.report(environment(), 'zh');
    expect([report.outcome, report.error, report.experiment.title]).toEqual(['failed', '词', '词']);
  });
});
