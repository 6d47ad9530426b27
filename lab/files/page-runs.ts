import { cachestat, mincoreTellsOf } from '../../native/calls/page-cache.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import type { Slices } from '../base/slices.ts';
import { mincoreOf, type PageWitness } from './page-witness.ts';

/** Pages that are asked of at a time: 1 GiB of 4 KiB pages for cachestat, at most 4 ms for mincore. */
const pieces = { cachestat: 1 << 18, mincore: 1 << 15 } as const;

/** Which pages of a file: those in the page cache, or of them those that wait to be written. */
export type RunKind = 'cached' | 'dirty';

/**
 * Runs of pages of an open file that are cached, or dirty. cachestat only counts, so it is asked of halves until all or
 * none of one is; where a piece is mixed, mincore tells of cached pages at once, if it tells. Dirty pages nobody else
 * knows of, so with mincore as the witness they are unknown.
 *
 * @throws what `signal` was aborted with
 */
export async function pageRuns(
  fd: number,
  range: PageRange,
  witness: PageWitness | Text,
  kind: RunKind,
  slices: Slices,
  signal?: AbortSignal,
): Promise<PageRange[] | Text> {
  if (typeof witness !== 'string') return witness;
  if (witness === 'mincore' && kind === 'dirty')
    return { en: 'mincore tells nothing of dirty pages', zh: 'mincore 不说明脏页' };
  const byMincore = kind === 'cached' && mincoreTellsOf(fd);
  const runs: PageRange[] = [];
  const size = pageSize();
  // A stack of pieces, the next one last.
  const open: PageRange[] = [];
  const end = range.firstPage + range.pageCount;
  for (let first = range.firstPage; first < end; first += pieces[witness]) {
    open.push({ firstPage: first, pageCount: Math.min(pieces[witness], end - first) });
    for (let piece = open.pop(); piece; piece = open.pop()) {
      signal?.throwIfAborted();
      if (slices.over) await slices.next();
      const { firstPage, pageCount } = piece;
      if (witness === 'cachestat') {
        const counted = cachestat(fd, firstPage * size, pageCount * size);
        if (counted.errno !== null)
          return { en: `cachestat answered ${counted.errno}`, zh: `cachestat 返回 ${counted.errno}` };
        const found = kind === 'dirty' ? counted.dirtyPages : counted.cachedPages;
        if (found === 0) continue;
        if (found >= pageCount) {
          append(runs, firstPage, pageCount);
          continue;
        }
        if (!byMincore || pageCount > pieces.mincore) {
          const half = Math.ceil(pageCount / 2);
          open.push({ firstPage: firstPage + half, pageCount: pageCount - half }, { firstPage, pageCount: half });
          continue;
        }
      }
      const vec = mincoreOf(fd, firstPage * size, pageCount * size);
      if (!(vec instanceof Uint8Array)) return vec;
      for (let at = 0; at < vec.length; at++) if ((vec[at] ?? 0) & 1) append(runs, firstPage + at, 1);
    }
  }
  return runs;
}

function append(runs: PageRange[], firstPage: number, pageCount: number): void {
  const last = runs.at(-1);
  if (last && last.firstPage + last.pageCount === firstPage) {
    runs[runs.length - 1] = { firstPage: last.firstPage, pageCount: last.pageCount + pageCount };
  } else runs.push({ firstPage, pageCount });
}

/** What of `range` is in none of `runs`, which are in order. */
export function missingRuns(runs: readonly PageRange[], { firstPage, pageCount }: PageRange): PageRange[] {
  const missing: PageRange[] = [];
  let at = firstPage;
  for (const run of runs) {
    if (run.firstPage > at) missing.push({ firstPage: at, pageCount: run.firstPage - at });
    at = run.firstPage + run.pageCount;
  }
  if (at < firstPage + pageCount) missing.push({ firstPage: at, pageCount: firstPage + pageCount - at });
  return missing;
}
