import { forEachChangedRun, forEachRun, packedFlags, packedPages, packRun } from './runs.ts';

/**
 * A frame: the states of one region's pages at one instant, as bytes on a wire. Little-endian, 8-byte aligned:
 *
 * | offset | type | field |
 * |---|---|---|
 * | 0 | u32 | magic `PGSC` |
 * | 4 | u16 | version |
 * | 6 | u8 | kind: 1 whole as runs, 2 changed runs, 3 whole as one byte per page |
 * | 7 | u8 | flags that this snapshot could not find out |
 * | 8 | u32 | session |
 * | 12 | u32 | region |
 * | 16 | u32 | sequence, counts the frames of this region from 1 |
 * | 20 | u32 | frames of this region skipped so far, because the reader was slower than the sampler |
 * | 24 | f64 | when it was taken, ns since the session began |
 * | 32 | u32 | pages in the region |
 * | 36 | u32 | runs that follow (kinds 1 and 2) |
 * | 40 | i32 | the step after which it was taken; -1 between steps |
 * | 44 | u32 | pages that are lazily free (MADV_FREE), and 1 more; 0 when that was not read |
 *
 * Then runs of 8 bytes (u32 first page; u32 page count << 8 | flags) or the pages' bytes, padded with 0 to 8.
 */
const frameVersion = 1;
export const frameHeaderBytes = 48;
/** No region has more pages than this: 256 GiB of 4 KiB pages. */
export const maxFramePages = 1 << 26;

const magic = 0x43534750;
const runBytes = 8;
const Kind = { WholeRuns: 1, ChangedRuns: 2, WholeBytes: 3 } as const;

/** What a frame says of its snapshot, beside the pages: the fields of the header. */
export interface FrameInfo {
  readonly session: number;
  readonly region: number;
  readonly sequence: number;
  readonly skipped: number;
  readonly takenNs: number;
  /** Index of the step after which the snapshot was taken; -1 between steps. */
  readonly step: number;
  /** Flags that could not be found out in this snapshot. */
  readonly unknown: number;
  /** Pages freed with MADV_FREE that the kernel has not taken yet, counted by smaps; undefined when it was not read. */
  readonly lazilyFree?: number | undefined;
}

/** A frame that was read and found sound. */
export interface Frame extends FrameInfo {
  readonly pages: number;
  /** Whether it carries every page; otherwise it carries what changed since the frame before it. */
  readonly whole: boolean;
  /** One byte per page, when the frame carries those and no runs. */
  readonly bytes: Uint8Array | undefined;
  /** Calls `each` for every run that the frame carries, in order. */
  forEachRun(each: (firstPage: number, pageCount: number, flags: number) => void): void;
}

/** A frame that was cut, mixed up, or made by another version. The message says which rule it breaks. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

function header(
  kind: number,
  info: FrameInfo,
  pages: number,
  runs: number,
  bodyBytes: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(frameHeaderBytes + bodyBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint16(4, frameVersion, true);
  view.setUint8(6, kind);
  view.setUint8(7, info.unknown);
  view.setUint32(8, info.session, true);
  view.setUint32(12, info.region, true);
  view.setUint32(16, info.sequence, true);
  view.setUint32(20, info.skipped, true);
  view.setFloat64(24, info.takenNs, true);
  view.setUint32(32, pages, true);
  view.setUint32(36, runs, true);
  view.setInt32(40, info.step, true);
  view.setUint32(44, info.lazilyFree === undefined ? 0 : info.lazilyFree + 1, true);
  return bytes;
}

/** Runs gathered for a frame; gives up when one byte per page would be shorter. */
class RunBuffer {
  words = new Uint32Array(64);
  count = 0;
  readonly most: number;
  constructor(most: number) {
    this.most = most;
  }
  add = (firstPage: number, pageCount: number, flags: number): void => {
    if (this.count++ >= this.most) return;
    const at = (this.count - 1) * 2;
    if (at >= this.words.length) {
      const larger = new Uint32Array(this.words.length * 4);
      larger.set(this.words);
      this.words = larger;
    }
    this.words[at] = firstPage;
    this.words[at + 1] = packRun(pageCount, flags);
  };
  get fits(): boolean {
    return this.count <= this.most;
  }
}

/**
 * The frame that brings a reader who has `before` to `after`, or undefined when nothing changed between steps: a
 * step's frame is made all the same. Without `before` the frame is whole. The result is an exact-size buffer of its own
 * (a subarray would send its whole backing buffer through a port).
 */
export function encodeFrame(
  info: FrameInfo,
  after: Uint8Array,
  before?: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const paddedBytes = Math.ceil(after.length / runBytes) * runBytes;
  const runs = new RunBuffer(paddedBytes / runBytes);
  if (before) forEachChangedRun(before, after, runs.add);
  else forEachRun(after, runs.add);
  if (before && runs.count === 0 && info.step < 0) return undefined;
  if (!runs.fits) {
    const bytes = header(Kind.WholeBytes, info, after.length, 0, paddedBytes);
    bytes.set(after, frameHeaderBytes);
    return bytes;
  }
  const kind = before ? Kind.ChangedRuns : Kind.WholeRuns;
  const bytes = header(kind, info, after.length, runs.count, runs.count * runBytes);
  const view = new DataView(bytes.buffer, frameHeaderBytes);
  for (let index = 0; index < runs.count * 2; index++) view.setUint32(index * 4, runs.words[index] ?? 0, true);
  return bytes;
}

/**
 * Reads and checks a frame; throws `FrameError` on anything that `encodeFrame` could not have made. The bytes are read
 * in place: they must not be changed while the frame is in use.
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.byteLength < frameHeaderBytes) {
    throw new FrameError(`A frame has at least ${frameHeaderBytes} bytes; this one has ${bytes.byteLength}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== magic)
    throw new FrameError('These bytes are not a frame: the magic number is missing.');
  const version = view.getUint16(4, true);
  if (version !== frameVersion) {
    throw new FrameError(
      `This frame has version ${version}; this program reads version ${frameVersion}. Reload the window.`,
    );
  }
  const kind = view.getUint8(6);
  const pages = view.getUint32(32, true);
  const runs = view.getUint32(36, true);
  if (kind < Kind.WholeRuns || kind > Kind.WholeBytes) throw new FrameError(`Frame kind ${kind} is unknown.`);
  if (pages === 0 || pages > maxFramePages) throw new FrameError(`A frame of ${pages} pages is out of bounds.`);
  const bodyBytes = kind === Kind.WholeBytes ? Math.ceil(pages / runBytes) * runBytes : runs * runBytes;
  if (bytes.byteLength !== frameHeaderBytes + bodyBytes) {
    throw new FrameError(`This frame should have ${frameHeaderBytes + bodyBytes} bytes and has ${bytes.byteLength}.`);
  }
  const takenNs = view.getFloat64(24, true);
  if (!Number.isFinite(takenNs) || takenNs < 0)
    throw new FrameError('The time of this frame is not a number of nanoseconds.');
  const lazilyFree = view.getUint32(44, true);
  if (lazilyFree > pages + 1) throw new FrameError(`Of ${pages} pages ${lazilyFree - 1} can't be lazily free.`);
  const whole = kind !== Kind.ChangedRuns;
  if (kind !== Kind.WholeBytes) checkRuns(view, runs, pages, whole);
  const pageBytes = kind === Kind.WholeBytes ? bytes.subarray(frameHeaderBytes, frameHeaderBytes + pages) : undefined;
  return {
    session: view.getUint32(8, true),
    region: view.getUint32(12, true),
    sequence: view.getUint32(16, true),
    skipped: view.getUint32(20, true),
    takenNs,
    step: view.getInt32(40, true),
    unknown: view.getUint8(7),
    lazilyFree: lazilyFree === 0 ? undefined : lazilyFree - 1,
    pages,
    whole,
    bytes: pageBytes,
    forEachRun(each) {
      if (pageBytes) {
        forEachRun(pageBytes, each);
        return;
      }
      for (let at = frameHeaderBytes; at < bytes.byteLength; at += runBytes) {
        const packed = view.getUint32(at + 4, true);
        each(view.getUint32(at, true), packedPages(packed), packedFlags(packed));
      }
    },
  };
}

/** Runs are in order, inside the region, not empty; those of a whole frame leave no gap. */
function checkRuns(view: DataView, runs: number, pages: number, whole: boolean): void {
  let next = 0;
  for (let index = 0; index < runs; index++) {
    const at = frameHeaderBytes + index * runBytes;
    const first = view.getUint32(at, true);
    const count = packedPages(view.getUint32(at + 4, true));
    if (count === 0 || first < next || first + count > pages || (whole && first !== next)) {
      throw new FrameError(
        `Run ${index} of this frame (page ${first}, ${count} pages) does not fit after page ${next} of ${pages}.`,
      );
    }
    next = first + count;
  }
  if (whole && next !== pages) throw new FrameError(`This frame covers ${next} of ${pages} pages.`);
}
