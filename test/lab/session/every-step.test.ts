import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Clock } from '../../../lab/base/clock.ts';
import { forkIsolated } from '../../../lab/isolation/fork-isolated.ts';
import { mapRegion } from '../../../lab/operations/map-region.ts';
import { FrameRelay } from '../../../lab/session/frame-relay.ts';
import { RegionSet } from '../../../lab/session/region-set.ts';
import { decodeFrame } from '../../../protocol/frame.ts';
import { FrameStream, maxQueuedBytes, maxUnacknowledged } from '../../../protocol/frame-stream.ts';
import { PageStates } from '../../../protocol/page-states.ts';
import { entryOf } from '../../support/entries.ts';
import { TestLab } from '../../support/harness.ts';

const entry = entryOf('isolated-entry');

/** Resident pages of each step's frame, by the index of the step. */
function columnsOf(lab: TestLab): Map<number, number> {
  const columns = new Map<number, number>();
  const states = new PageStates();
  const keep = lab.reader.frame.bind(lab.reader);
  lab.reader.frame = (bytes) => {
    const frame = decodeFrame(bytes);
    states.apply(frame);
    if (frame.step >= 0) {
      expect(columns.has(frame.step)).toBe(false);
      columns.set(
        frame.step,
        states.flags.reduce((sum, flags) => sum + (flags & 1), 0),
      );
    }
    keep(bytes);
  };
  return columns;
}

describe.each(['inline', 'isolated'] as const)('every step of a session, %s', (placement) => {
  it.each([
    ['acknowledges each frame', true],
    ['acknowledges none', false],
  ])('reaches a reader that %s: 64 touches without a wait are 64 columns', async (_what, acknowledges) => {
    await using lab = new TestLab(() => forkIsolated(entry));
    const columns = columnsOf(lab);
    if (!acknowledges) lab.reader.acknowledge = undefined;
    await lab.start({ experiment: 'first-touch', parameters: { pages: 64 }, placement });
    await lab.reader.state('completed');
    const steps = lab.reader.of('step').map(({ step }) => step);
    const mapped = steps.findIndex(({ call }) => call === 'mmap');
    const wanted = steps.slice(mapped).map(({ index }) => index);
    await lab.reader.until(() => columns.has(wanted.at(-1) ?? 0), 'the last step has its column');
    expect([...columns.keys()]).toEqual(wanted);
    const touches = steps.filter(({ title }) => /^Write page/.test(title.en)).map(({ index }) => columns.get(index));
    expect(touches).toEqual(Array.from({ length: 64 }, (_, page) => page + 1));
  });

  it('tells with each sample which regions were looked at', async () => {
    await using lab = new TestLab(() => forkIsolated(entry));
    await lab.start({ experiment: 'first-touch', parameters: { pages: 2 }, placement });
    await lab.reader.state('completed');
    await lab.reader.until(
      () => lab.reader.of('sample').length > lab.reader.of('step').length,
      'a sample between steps',
    );
    expect(lab.reader.of('sample').at(-1)?.looked).toEqual([1]);
  });
});

describe('a reader that lags', () => {
  const pages = 1 << 20;
  /** What an engine saw after a step, with all pages different, so that its frame is a megabyte. */
  function seenAfter(step: number) {
    const flags = Uint8Array.from({ length: pages }, (_, page) => (page + step) & 3);
    return { flags, takenNs: step, step, unknown: 0 };
  }

  it('lets the next step wait while 16 MiB wait for it, until it acknowledges or the session is stopped', async () => {
    let sent = 0;
    const regions = new RegionSet(1, () => sent++);
    const { region } = mapRegion(1, 'A', { pages }, new Clock());
    if (!region) throw new Error('Nothing was mapped.');
    regions.add(region);
    try {
      await regions.readerKeepsUp();
      const most = maxQueuedBytes / pages + maxUnacknowledged;
      for (let step = 0; step < most; step++) regions.offer(1, seenAfter(step));
      let waits = 0;
      for (const goesOn of [() => regions.acknowledge(1, sent), () => regions.wake()]) {
        const waiting = regions.readerKeepsUp().then(() => waits++);
        await setImmediate();
        expect(waits).toBe(0);
        goesOn();
        await waiting;
        waits = 0;
        for (let step = 0; step < maxUnacknowledged; step++) regions.offer(1, seenAfter(step));
      }
    } finally {
      await regions.release(() => {});
    }
    expect(sent).toBe(maxQueuedBytes / pages + 3 * maxUnacknowledged);
  });

  it('of an engine whose reader draws nothing: every frame is acknowledged and recorded, and none is told', () => {
    const taken: number[] = [];
    const recorded: number[] = [];
    const reader = { event: () => {}, frame: () => expect.fail('nobody draws it') };
    const relay = new FrameRelay(1, reader, (_region, sequence) => taken.push(sequence), false);
    const header = { version: '0', experiment: { id: 'x', title: { en: 'x', zh: 'x' }, parameters: {} }, pid: 1 };
    const frame = (bytes: Uint8Array) => recorded.push(decodeFrame(bytes).sequence);
    const soon = Promise.resolve();
    const recording = { file: '/r', made: soon, safe: soon, event: () => {}, frame, end: () => {} };
    void relay.record(() => recording, { ...header, placement: 'inline' });
    const engine = new FrameStream(1, 1, (bytes) => relay.frame(bytes));
    for (let step = 0; step < 3; step++) {
      engine.offer(seenAfter(step));
      engine.acknowledge(taken.at(-1) ?? 0);
    }
    expect([taken, recorded]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('of an isolated engine: frames are acknowledged until too much waits, and again when it has caught up', () => {
    const taken: number[] = [];
    const drawn: number[] = [];
    const reader = { event: () => {}, frame: (bytes: Uint8Array) => drawn.push(decodeFrame(bytes).sequence) };
    const relay = new FrameRelay(1, reader, (_region, sequence) => taken.push(sequence));
    let sent = 0;
    const engine = new FrameStream(1, 1, (frame) => {
      sent++;
      relay.frame(frame);
    });
    for (let step = 0; taken.length === sent && step < 40; step++) {
      engine.offer(seenAfter(step));
      engine.acknowledge(taken.at(-1) ?? 0);
    }
    expect(drawn).toEqual([1, 2]);
    expect(sent).toBe(maxUnacknowledged + maxQueuedBytes / pages);
    relay.acknowledge(1, 2);
    expect(taken.at(-1)).toBe(sent);
    relay.event({ kind: 'released', session: 1, region: 1 });
    expect(drawn).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
  });
});
