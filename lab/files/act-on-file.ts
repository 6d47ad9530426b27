import { fsync, read } from 'node:fs';
import { promisify } from 'node:util';
import { POSIX_FADV, posixFadvise } from '../../native/calls/page-cache.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import { Slices } from '../base/slices.ts';
import { whyRefused } from './open-file.ts';
import { missingRuns, pageRuns } from './page-runs.ts';
import type { PageWitness } from './page-witness.ts';

const readAsync = promisify(read);
const fsyncAsync = promisify(fsync);

/** Bytes read at a time, so that little is left to wait for when it is stopped. */
const readBytes = 1 << 20;

/** Bytes evicted at a time: 16 384 pages take some 3 ms. */
const evictBytes = 1 << 26;

/**
 * Reads the pages of a range that are not in the page cache; what they hold is not kept. Where nobody tells which are
 * missing, all are read. Resolves to the reason where reading ended early.
 *
 * @param reached is told how far it is, bytes from the beginning of the range
 * @throws what `signal` was aborted with
 */
export async function touchMissing(
  fd: number,
  range: PageRange,
  told: PageWitness | Text,
  signal?: AbortSignal,
  reached: Reached = () => {},
): Promise<Text | undefined> {
  const cached = await pageRuns(fd, range, told, 'cached', new Slices(), signal);
  const missing = Array.isArray(cached) ? missingRuns(cached, range) : [range];
  const first = range.firstPage * pageSize();
  return readRuns(fd, missing, signal, (at) => reached(at - first));
}

/** How far it is, bytes. */
type Reached = (bytes: number) => void;

/**
 * Reads these pages, and tells which byte of the file was reached. A file that has become shorter just ends.
 *
 * @throws what `signal` was aborted with
 */
export async function readRuns(
  fd: number,
  runs: readonly PageRange[],
  signal?: AbortSignal,
  reached: Reached = () => {},
): Promise<Text | undefined> {
  const sink = new Uint8Array(readBytes);
  // Without it more is read ahead than is asked for. Where it is refused, just that happens.
  posixFadvise(fd, 0, 0, POSIX_FADV.RANDOM);
  try {
    for (const { firstPage, pageCount } of runs) {
      const end = (firstPage + pageCount) * pageSize();
      for (let at = firstPage * pageSize(); at < end; ) {
        signal?.throwIfAborted();
        const { bytesRead } = await readAsync(fd, sink, 0, Math.min(readBytes, end - at), at);
        if (bytesRead === 0) break;
        at += bytesRead;
        reached(at);
      }
    }
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    return whyRefused(error);
  } finally {
    sink.fill(0);
  }
}

/**
 * Drops the pages of a range from the page cache: all that are clean, that nobody has mapped or locked. What waits to
 * be written is written first, or it would stay. Who may read a file may do so, also to the pages that others need:
 * their next read goes to the disk. Never /proc/sys/vm/drop_caches, which is about everybody's files. posix_fadvise(2)
 *
 * @param reached is told how far it is, bytes from the beginning of the range
 * @throws what `signal` was aborted with
 */
export async function evict(
  fd: number,
  range: PageRange,
  signal?: AbortSignal,
  reached: Reached = () => {},
): Promise<Text | undefined> {
  try {
    await fsyncAsync(fd);
  } catch (error) {
    const { en, zh } = whyRefused(error);
    return { en: `it could not be written out, so it stays cached: ${en}`, zh: `无法写回，因此仍在缓存中：${zh}` };
  }
  const slices = new Slices();
  const end = (range.firstPage + range.pageCount) * pageSize();
  const first = range.firstPage * pageSize();
  for (let at = first; at < end; at += evictBytes) {
    signal?.throwIfAborted();
    reached(at - first);
    if (slices.over) await slices.next();
    const { errno } = posixFadvise(fd, at, Math.min(evictBytes, end - at), POSIX_FADV.DONTNEED);
    if (errno !== null) return { en: `posix_fadvise answered ${errno}`, zh: `posix_fadvise 返回 ${errno}` };
  }
  return undefined;
}
