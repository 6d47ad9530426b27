/**
 * A file's data searched for byte strings, as a stream: while one block is searched the next is read on libuv's pool.
 * Holes are skipped. What was read is zeroed in the end, since it is another process's memory.
 */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import { Haystack } from '../../native/calls/memmem.ts';
import { breathe } from '../base/slices.ts';
import { dataRanges } from './data-ranges.ts';

export interface Needle {
  /** By which it is reported. */
  readonly marker: number;
  readonly bytes: Uint8Array;
}

export interface Scan {
  readonly fd: number;
  readonly size: number;
  readonly needles: readonly Needle[];
  /** Where a needle begins in the file. */
  readonly onHit: (fileOffset: number, marker: number) => void;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Bytes read at a time. Smaller is slower, for the way to the pool and back; larger leaves the processor's cache. */
const blockBytes = 1 << 20;
/** Bytes searched for one needle after the other, so that they are still in the second-level cache for the last one. */
const sliceBytes = 1 << 17;
/** The longest that the main loop waits for slices; what comes after gives way first. */
const turnMs = 4;
const progressMs = 50;

const readAsync = promisify(read);

/** Bytes of the file that go into one block; `follows` when they go on where the block before ended. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly follows: boolean;
}

interface Block {
  /** The end of the block before, then what was read. */
  readonly haystack: Haystack;
}

interface Filled {
  readonly block: Block;
  readonly piece: Piece;
  readonly bytesRead: number;
}

/** Searches all of it. `cut` when the file became shorter meanwhile. */
export async function scan(job: Scan): Promise<{ searchedBytes: number; cut: boolean }> {
  const overlap = Math.max(0, ...job.needles.map((needle) => needle.bytes.length - 1));
  const block = () => ({ haystack: new Haystack(new Uint8Array(overlap + blockBytes)) });
  const blocks = [block(), block()] as const;
  const pieces = piecesOf(job.fd, job.size, overlap);
  let ahead = fill(job.fd, blocks[0], overlap, pieces);
  let searchedBytes = 0;
  let carriedBytes = 0;
  let told = performance.now();
  try {
    for (let turn = 1; ; turn++) {
      const filled = await ahead;
      job.signal.throwIfAborted();
      if (!filled) break;
      const next = blocks[turn % 2] ?? blocks[0];
      ahead = fill(job.fd, next, overlap, pieces);
      const from = overlap - (filled.piece.follows ? carriedBytes : 0);
      const end = overlap + filled.bytesRead;
      await searchBlock(job, filled, overlap, from, end);
      carriedBytes = carry(filled.block, next, overlap, from, end);
      searchedBytes += filled.bytesRead;
      if (filled.bytesRead < filled.piece.end - filled.piece.start) return { searchedBytes, cut: true };
      if (performance.now() - told < progressMs) continue;
      told = performance.now();
      job.onProgress?.(filled.piece.end, job.size);
    }
    job.onProgress?.(job.size, job.size);
    return { searchedBytes, cut: false };
  } finally {
    // A read that is under way would write into the block after it was zeroed.
    await ahead.catch(() => undefined);
    for (const { haystack } of blocks) haystack.bytes.fill(0);
  }
}

async function* piecesOf(fd: number, size: number, overlap: number): AsyncGenerator<Piece> {
  for await (const range of dataRanges(fd, size, overlap)) {
    for (let start = range.start; start < range.end; start += blockBytes) {
      yield { start, end: Math.min(start + blockBytes, range.end), follows: start > range.start };
    }
  }
}

async function fill(fd: number, block: Block, at: number, pieces: AsyncGenerator<Piece>): Promise<Filled | undefined> {
  const { value: piece, done } = await pieces.next();
  if (done) return undefined;
  let bytesRead = 0;
  while (bytesRead < piece.end - piece.start) {
    const wanted = piece.end - piece.start - bytesRead;
    const more = await readAsync(fd, block.haystack.bytes, at + bytesRead, wanted, piece.start + bytesRead);
    if (more.bytesRead === 0) break;
    bytesRead += more.bytesRead;
  }
  return { block, piece, bytesRead };
}

async function searchBlock(job: Scan, { block, piece }: Filled, overlap: number, from: number, end: number) {
  let began = performance.now();
  for (let start = overlap; start < end; start += sliceBytes) {
    const sliceEnd = Math.min(start + sliceBytes, end);
    for (const { marker, bytes } of job.needles) {
      // What ended before this slice was found in the one before.
      let at = Math.max(from, start - (bytes.length - 1));
      for (;;) {
        at = block.haystack.indexOf(bytes, at, sliceEnd);
        if (at < 0) break;
        job.onHit(piece.start + at - overlap, marker);
        at += bytes.length;
        if (at > sliceEnd) break;
      }
    }
    if (performance.now() - began < turnMs) continue;
    await breathe();
    job.signal.throwIfAborted();
    began = performance.now();
  }
}

/** Puts a block's end before the next one, for what lies across. Returns how many bytes. */
function carry(block: Block, next: Block, overlap: number, from: number, end: number): number {
  const bytes = Math.min(overlap, end - from);
  next.haystack.bytes.set(block.haystack.bytes.subarray(end - bytes, end), overlap - bytes);
  return bytes;
}
