import { seekData, seekHole } from '../../native/calls/seek-data.ts';
import { breathe } from '../base/slices.ts';

/** Bytes of a file, `end` not among them. */
export interface FileRange {
  readonly start: number;
  readonly end: number;
}

/** A hole smaller than this is read as the zeros that it is: quicker than another read. */
const smallestHoleBytes = 64 * 1024;

/** System calls between two turns of the main loop, each about 1 µs. */
const seeksInATurn = 256;

/**
 * The parts of a file that are not holes, widened by `marginBytes` of each hole beside them, so that what begins or
 * ends with zeros is found also where they are a hole. They neither touch nor overlap. A file system that knows no
 * holes has one part.
 */
export async function* dataRanges(fd: number, size: number, marginBytes: number): AsyncGenerator<FileRange> {
  let pending: { start: number; end: number } | undefined;
  let seeks = 0;
  for (let at = 0; at < size; ) {
    const data = seekData(fd, at);
    // ENXIO: no data up to the end. Anything else: a descriptor that cannot seek for holes is read whole.
    if (data.errno === 'ENXIO') break;
    const start = data.errno === null ? data.returned : at;
    const hole = data.errno === null ? seekHole(fd, start) : data;
    const end = Math.min(hole.errno === null ? hole.returned : size, size);
    if (start >= size || end <= start) break;
    if (pending && start - pending.end <= smallestHoleBytes + 2 * marginBytes) {
      pending.end = end;
    } else {
      if (pending) yield widened(pending, size, marginBytes);
      pending = { start, end };
    }
    at = end;
    seeks += 2;
    if (seeks % seeksInATurn === 0) await breathe();
  }
  if (pending) yield widened(pending, size, marginBytes);
}

function widened({ start, end }: FileRange, size: number, marginBytes: number): FileRange {
  return { start: Math.max(0, start - marginBytes), end: Math.min(size, end + marginBytes) };
}
