import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PageFlag } from '../../../../protocol/flags.ts';
import { encodeFrame, type FrameInfo } from '../../../../protocol/frame.ts';
import { FrameStream, maxUnacknowledged } from '../../../../protocol/frame-stream.ts';
import { makeFlash } from '../../../../renderer/canvas/flash.ts';
import { Pages } from '../../../../renderer/store/pages/pages.ts';

const { Locked, Resident } = PageFlag;
const info = (sequence: number, more: Partial<FrameInfo> = {}): FrameInfo => ({
  session: 1,
  region: 1,
  sequence,
  skipped: 0,
  takenNs: sequence * 1000,
  step: sequence,
  unknown: 0,
  ...more,
});

function frame(frameInfo: FrameInfo, after: number[], before?: number[]): Uint8Array {
  const bytes = encodeFrame(frameInfo, Uint8Array.from(after), before && Uint8Array.from(before));
  if (!bytes) throw new Error('nothing changed');
  return bytes;
}

/** Pages with a scheduler that draws when it is told to. */
function setUp() {
  const tasks: (() => void)[] = [];
  const later: (() => void)[] = [];
  const log: string[] = [];
  const pages = new Pages({
    scheduler: { request: (task) => void tasks.push(task), afterwards: (task) => void later.push(task) },
    acknowledge: ({ region, sequence }) => log.push(`acknowledge ${region}/${sequence}`),
    onBroken: (reason) => log.push(reason),
  });
  return {
    pages,
    log,
    drawFrame: () => {
      for (const task of [...tasks.splice(0), ...later.splice(0)]) task();
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('taking frames in', () => {
  it('draws before it acknowledges, and acknowledges the newest of each region', () => {
    const { pages, log, drawFrame } = setUp();
    pages.onChange(1, 1, () => log.push('draw'));
    pages.receive(frame(info(1), [0, 0]));
    pages.receive(frame(info(2), [1, 0], [0, 0]));
    expect(log).toEqual([]);
    drawFrame();
    expect(log[0]).toBe('draw');
    expect(log.at(-1)).toBe('acknowledge 1/2');
    expect(log.filter((entry) => entry.startsWith('acknowledge'))).toHaveLength(1);
  });

  it('has two frames come to a tab that draws nothing, and shows the newest one drawing later', () => {
    const unacknowledged: Uint8Array[] = [];
    const tasks: (() => void)[] = [];
    const pages = new Pages({
      scheduler: { request: (task) => void tasks.push(task), afterwards: (task) => void tasks.push(task) },
      acknowledge: ({ region, sequence }) => {
        unacknowledged.length = 0;
        stream.acknowledge(sequence);
        expect(region).toBe(1);
      },
      onBroken: (reason) => expect.fail(reason),
    });
    const stream = new FrameStream(1, 1, (bytes) => {
      unacknowledged.push(bytes);
      pages.receive(bytes);
    });
    const look = (takenNs: number) => {
      const flags = Uint8Array.from({ length: 4096 }, (_, page) => ((page + takenNs) % 3 === 0 ? Resident : 0));
      stream.offer({ flags, takenNs, step: -1, unknown: 0 });
      return flags;
    };
    let newest = new Uint8Array();
    for (let takenNs = 1; takenNs <= 500; takenNs++) newest = look(takenNs);
    expect(unacknowledged).toHaveLength(maxUnacknowledged);
    // The scheduler keeps one of each task (`RafScheduler`), so that a hidden tab does not gather them.
    for (const task of tasks.splice(0)) task();
    expect(pages.region(1, 1)?.flags).toEqual(newest);
    expect(stream.skipped).toBe(500 - maxUnacknowledged - 1);
  });

  it('remembers which frame changed each page, whole frames included', () => {
    const { pages } = setUp();
    pages.receive(frame(info(1), [0, 0, 0]));
    pages.receive(frame(info(2), [Resident, 0, 0], [0, 0, 0]));
    pages.receive(frame(info(3), [Resident, 0, Resident]));
    const region = pages.region(1, 1);
    expect([...(region?.changedBy ?? [])]).toEqual([1, 0, 2]);
    expect(region?.moments[2]).toMatchObject({ step: 3, takenNs: 3000 });
  });

  it('ends no lock because a snapshot could not find out what is locked', () => {
    const { pages } = setUp();
    const ranges = () => pages.region(1, 1)?.locks.ranges();
    pages.receive(frame(info(1), [Locked, Locked, 0]));
    pages.receive(frame(info(2, { unknown: Locked }), [0, 0, Resident], [Locked, Locked, 0]));
    expect(ranges()).toEqual([expect.not.objectContaining({ endNs: expect.anything() })]);
    pages.receive(frame(info(3), [Locked, Locked, 0], [0, 0, Resident]));
    expect(ranges()).toEqual([expect.objectContaining({ firstPage: 0, pageCount: 2, startNs: 1000 })]);
    pages.receive(frame(info(4), [0, 0, 0], [Locked, Locked, 0]));
    expect(ranges()).toEqual([expect.objectContaining({ startNs: 1000, endNs: 4000 })]);
  });

  it('says in words when a frame before is missing, and goes on with the next whole one', () => {
    const { pages, log } = setUp();
    pages.receive(frame(info(2), [1, 0], [0, 0]));
    expect(log).toEqual([expect.stringContaining('does not have')]);
    pages.receive(frame(info(3), [1, 1]));
    expect(pages.region(1, 1)?.flags).toEqual(Uint8Array.of(1, 1));
  });

  it('says in words when bytes are no frame', () => {
    const { pages, log } = setUp();
    pages.receive(Uint8Array.of(1, 2, 3));
    expect(log).toHaveLength(1);
  });

  it('drops what still arrives of a closed session', () => {
    const { pages, log, drawFrame } = setUp();
    pages.receive(frame(info(1), [0, 0]));
    pages.close(1);
    pages.receive(frame(info(2), [1, 1]));
    drawFrame();
    expect(pages.region(1, 1)).toBeUndefined();
    expect(log).toEqual([]);
  });

  it('tells readers ten times a second at most', () => {
    const { pages, drawFrame } = setUp();
    const tell = vi.fn();
    pages.subscribe(tell);
    for (let sequence = 1; sequence <= 5; sequence++) {
      pages.receive(frame(info(sequence), [sequence % 2, 1]));
      drawFrame();
    }
    vi.advanceTimersByTime(100);
    expect(tell).toHaveBeenCalledTimes(1);
  });
});

describe('the rim of a changed page', () => {
  it('fades over four steps, however long they take, and then lets go', () => {
    const { pages } = setUp();
    pages.receive(frame(info(1), [0, 0]));
    pages.receive(frame(info(2), [1, 0], [0, 0]));
    const region = pages.region(1, 1);
    if (!region) throw new Error('no region');
    expect(makeFlash(region, 2)?.strength(0)).toBe(1);
    expect(makeFlash(region, 3)?.strength(0)).toBeCloseTo(0.75);
    expect(makeFlash(region, 3)?.strength(1)).toBe(0);
    expect(makeFlash(region, 6)).toBeUndefined();
    expect(makeFlash(region, -1)).toBeUndefined();
  });

  it('is that of the step during which the page changed', () => {
    const { pages } = setUp();
    pages.receive(frame(info(1), [0, 0]));
    pages.receive(frame(info(2, { step: -1 }), [1, 0], [0, 0]));
    const region = pages.region(1, 1);
    if (!region) throw new Error('no region');
    expect(makeFlash(region, 1)).toBeUndefined();
    pages.receive(frame(info(3), [1, 1], [1, 0]));
    expect(makeFlash(region, 4)?.strength(0)).toBeCloseTo(0.75);
  });
});
