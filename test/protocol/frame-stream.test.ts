import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeFrame, type Frame } from '../../protocol/frame.ts';
import { FrameStream, maxUnacknowledged, maxUnacknowledgedBytes } from '../../protocol/frame-stream.ts';
import { PageStates } from '../../protocol/page-states.ts';

const pages = 24;

/**
 * What may happen: the sampler offers a snapshot, the reader draws some frames, an acknowledgement comes that makes no
 * sense.
 */
const happening = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('offer'),
      page: fc.nat(pages - 1),
      byte: fc.nat(3),
      step: fc.constantFrom(-1, -1, 0),
      unknown: fc.constantFrom(0, 0, 0, 4),
      lazilyFree: fc.constantFrom(undefined, 0, 3),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('draw'), frames: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('nonsense'), sequence: fc.integer({ min: -5, max: 500 }) }) },
);

it('leaves the reader with every step and the newest snapshot, whatever was sent, skipped and acknowledged', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const underway: Uint8Array[] = [];
      const reader = new PageStates();
      let offered = 0;
      let received = 0;
      /** What the pages were after each step, by the time of it; and what the reader drew. */
      const steps: [takenNs: number, flags: Uint8Array][] = [];
      const drawn: [takenNs: number, flags: Uint8Array][] = [];
      const stream = new FrameStream(1, 2, (frame) => {
        received++;
        underway.push(frame);
      });
      const flags = new Uint8Array(pages);
      let unknown = 0;
      let lazilyFree: number | undefined;
      const draw = () => {
        const bytes = underway.shift();
        if (!bytes) return;
        const frame = decodeFrame(bytes);
        reader.apply(frame);
        if (frame.step >= 0) drawn.push([frame.takenNs, reader.flags.slice()]);
        stream.acknowledge(frame.sequence);
      };

      for (const what of happenings) {
        if ('page' in what) {
          flags[what.page] = what.byte;
          unknown = what.unknown;
          lazilyFree = what.lazilyFree;
          offered++;
          if (what.step >= 0) steps.push([offered, flags.slice()]);
          stream.offer({
            flags,
            takenNs: offered,
            step: what.step,
            unknown,
            ...(lazilyFree === undefined ? {} : { lazilyFree }),
          });
          // The sampler's buffer is its own again.
        } else if ('frames' in what) for (let count = 0; count < what.frames; count++) draw();
        // One that was drawn already, or was never sent, changes nothing.
        else if (what.sequence <= (reader.last?.sequence ?? 0) || what.sequence > received) {
          stream.acknowledge(what.sequence);
        }
        const underwayBytes = underway.slice(0, -1).reduce((sum, { byteLength }) => sum + byteLength, 0);
        expect(underway.length <= maxUnacknowledged || underwayBytes < maxUnacknowledgedBytes).toBe(true);
        expect(stream.skipped).toBeLessThanOrEqual(offered - received);
      }

      while (underway.length > 0) draw();
      expect(drawn).toEqual(steps);
      expect(stream.queuedBytes).toBe(0);
      if (offered === 0) return;
      expect(reader.flags).toEqual(flags);
      expect(reader.last).toMatchObject({ unknown, lazilyFree });
    }),
    { numRuns: 500 },
  );
});

it('keeps two frames on their way at most, then the newest snapshot alone, and counts the others', () => {
  const sent: Uint8Array[] = [];
  const stream = new FrameStream(1, 1, (frame) => sent.push(frame));
  const snapshot = (byte: number) => ({ flags: new Uint8Array(8).fill(byte), takenNs: byte, step: -1, unknown: 0 });
  for (let byte = 1; byte <= 6; byte++) stream.offer(snapshot(byte));
  expect(sent).toHaveLength(2);
  expect(stream.skipped).toBe(3);
  stream.acknowledge(1);
  expect(sent).toHaveLength(3);
  expect(decodeFrame(sent[2] ?? new Uint8Array())).toMatchObject({ takenNs: 6, skipped: 3, sequence: 3 });
});

it('sends nothing while nothing changes', () => {
  let sent = 0;
  const stream = new FrameStream(1, 1, () => sent++);
  for (let takenNs = 0; takenNs < 10; takenNs++) {
    stream.offer({ flags: new Uint8Array(1000).fill(3), takenNs, step: -1, unknown: 0 });
  }
  expect(sent).toBe(1);
});

it('tells that snapshots were overtaken also when the one that overtook them shows nothing new', () => {
  const skipped: number[] = [];
  const stream = new FrameStream(1, 2, (frame) => skipped.push(decodeFrame(frame).skipped));
  for (const [step, byte] of [0, 1, 2, 1].entries()) {
    stream.offer({ flags: Uint8Array.of(byte), takenNs: step, step: -1, unknown: 0 });
  }
  stream.acknowledge(1);
  expect(skipped).toEqual([0, 0, 1]);
});

it('sends the snapshot that was offered, also when its buffer was written to while it waited', () => {
  const received: [takenNs: number, flags: number[]][] = [];
  const reader = new PageStates();
  const stream = new FrameStream(1, 1, (bytes) => {
    const frame = decodeFrame(bytes);
    reader.apply(frame);
    received.push([frame.takenNs, [...reader.flags]]);
  });
  const live = new Uint8Array(4);
  for (let byte = 1; byte <= 4; byte++) {
    stream.offer({ flags: live.fill(byte), takenNs: byte, step: -1, unknown: 0 });
    live.fill(99);
  }
  stream.acknowledge(1);
  stream.acknowledge(2);
  expect(received).toEqual([1, 2, 4].map((byte) => [byte, Array(4).fill(byte)]));
});

it('sends the whole snapshot again when other flags are unknown than before', () => {
  const frames: Frame[] = [];
  const stream = new FrameStream(1, 1, (bytes) => frames.push(decodeFrame(bytes)));
  const flags = new Uint8Array(100).fill(3);
  for (const [index, unknown] of [0, 4, 4].entries()) {
    stream.offer({ flags, takenNs: index, step: -1, unknown });
    stream.acknowledge(index + 1);
  }
  expect(frames.map(({ whole, unknown, step }) => [whole, unknown, step])).toEqual([
    [true, 0, -1],
    [true, 4, -1],
  ]);
});

/** A stream whose reader acknowledges nothing, with every step's page changed after the one before. */
function laggingReader(pages: number, steps: number) {
  const frames: Frame[] = [];
  const stream = new FrameStream(1, 1, (bytes) => frames.push(decodeFrame(bytes)));
  const flags = new Uint8Array(pages);
  for (let step = 0; step < steps; step++) {
    flags.fill(3, (step * pages) / steps, ((step + 1) * pages) / steps);
    stream.offer({ flags, takenNs: step, step, unknown: 0 });
  }
  return { frames, stream };
}

it('sends small frames of steps without waiting: 64 steps arrive at a reader who acknowledges none', () => {
  const { frames, stream } = laggingReader(4096, 64);
  expect(frames.map(({ step }) => step)).toEqual(Array.from({ length: 64 }, (_, step) => step));
  expect([stream.skipped, stream.queuedBytes]).toEqual([0, 0]);
});

it('keeps the frames of steps that the reader is too slow for, and sends all of them in the end', () => {
  const steps = 3000;
  const { frames, stream } = laggingReader(steps, steps);
  const sent = frames.length;
  expect(sent).toBeLessThan(steps);
  expect(stream.queuedBytes).toBeGreaterThan(0);
  stream.flush();
  expect(frames.map(({ sequence }) => sequence)).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
  expect(stream.queuedBytes).toBe(0);
});

it('tells also of a step after which no page was different', () => {
  const frames: Frame[] = [];
  const stream = new FrameStream(1, 1, (bytes) => frames.push(decodeFrame(bytes)));
  for (const step of [-1, 0, -1, 1]) stream.offer({ flags: new Uint8Array(9), takenNs: 5, step, unknown: 0 });
  expect(frames.map(({ step, whole }) => [step, whole])).toEqual([
    [-1, true],
    [0, false],
    [1, false],
  ]);
});
