import { close, fstat, open } from 'node:fs';
import { promisify } from 'node:util';
import type { CoreFile } from '../../protocol/events.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import { CoreMappings, type DumpedRegion } from './core-mappings.ts';
import { readCoreHeaders } from './elf-core.ts';
import { scan } from './scan.ts';

export type { DumpedRegion } from './core-mappings.ts';

/**
 * The random bytes that were written into a region, to be searched for. Whoever has them calls `forget` on them. Keep
 * them in a buffer of more than 64 bytes: V8 may leave a copy behind of what is in a smaller one.
 */
export interface Marker {
  /** The region's id. */
  readonly region: number;
  readonly bytes: Uint8Array;
}

export interface CoreSearch {
  readonly markers: readonly Marker[];
  readonly regions: readonly DumpedRegion[];
  readonly route: CoreFile['route'];
  readonly title: Text;
  /** At most 20 times a second; the last call has both alike. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

const openAsync = promisify(open);
const fstatAsync = promisify(fstat);
const closeAsync = promisify(close);

/**
 * Searches a core file for markers, all of it: also the notes, where the registers are. A hit there is in `found`, and
 * in no mapping.
 *
 * Two blocks of 1 MiB are in memory whatever its size. Throws `cannot-run-here` for what is no core file that can be
 * read (one sentence), the signal's reason when it aborts, RangeError for a marker that is empty or all zeros.
 */
export async function searchCore(path: string, search: CoreSearch): Promise<Omit<CoreFile, 'id'>> {
  for (const { bytes } of search.markers) {
    if (bytes.every((byte) => byte === 0)) throw new RangeError('A marker must have a byte that is not zero.');
  }
  const fd = await openAsync(path, 'r').catch((cause) => unreadable(path, cause));
  try {
    return await searchOpened(fd, path, search);
  } catch (cause) {
    if (isFileError(cause)) unreadable(path, cause);
    throw cause;
  } finally {
    await closeAsync(fd);
  }
}

async function searchOpened(fd: number, path: string, search: CoreSearch): Promise<Omit<CoreFile, 'id'>> {
  const began = performance.now();
  const { size, blocks } = await fstatAsync(fd);
  const headers = await readCoreHeaders(fd, size);
  if ('notACore' in headers) {
    const { en, zh } = headers.notACore;
    throw problem(
      'cannot-run-here',
      `${path} cannot be searched as a core file: ${en}; look at what kernel.core_pattern has the kernel write there.`,
      `无法将 ${path} 作为 core 文件搜索：${zh}；请检查 kernel.core_pattern 让内核在那里写入什么。`,
    );
  }
  const mappings = await CoreMappings.of(headers.segments, search.regions);
  const counts = new Map(search.markers.map(({ region }) => [region, 0]));
  const { searchedBytes, cut } = await scan({
    fd,
    size,
    needles: search.markers.map(({ region, bytes }) => ({ marker: region, bytes })),
    onHit: (fileOffset, marker) => {
      counts.set(marker, (counts.get(marker) ?? 0) + 1);
      mappings.hit(fileOffset, marker);
    },
    onProgress: search.onProgress,
    signal: search.signal,
  });
  return {
    route: search.route,
    title: search.title,
    apparentBytes: size,
    diskBytes: blocks * 512,
    searchedBytes,
    searchNs: Math.round((performance.now() - began) * 1e6),
    truncated: headers.truncated || cut,
    found: [...counts].map(([marker, count]) => ({ marker, count })),
    mappings: mappings.list(),
  };
}

/** Overwrites bytes that must not be kept. */
export function forget(bytes: Uint8Array): void {
  bytes.fill(0);
}

function isFileError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

function unreadable(path: string, cause: unknown): never {
  const code = isFileError(cause) ? cause.code : String(cause);
  throw problem(
    'cannot-run-here',
    `The core file ${path} cannot be read (${code}); see that it is there and yours.`,
    `无法读取 core 文件 ${path}（${code}）；请确认它存在且归你所有。`,
    { cause },
  );
}
