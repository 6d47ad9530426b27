import type { Advice } from '../../../protocol/page-call.ts';
import { problem } from '../../../protocol/problem.ts';
import type { Text } from '../../../protocol/text.ts';
import { formatBytes } from '../../base/format.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import { whyForbidden } from '../../experiment-kit/refusals.ts';
import type { Script } from '../../experiment-kit/script.ts';
import { wholeOf, whyRefused } from '../../experiment-kit/shared-steps.ts';
import type { BackingFile } from '../../regions/backing-file.ts';
import type { Region } from '../../regions/region.ts';
import type { TakenStep } from '../../session/steps.ts';
import { cachedPages, standsStill } from './cached-pages.ts';

/**
 * The kernel keeps fresh pages in lists of each processor for a moment and passes them over; then the call is made
 * again.
 */
const mostRounds = 4;

/**
 * Reads go on after the touch; a disk that sleeps or a network takes longer than this, and then what has come by then
 * is counted.
 */
const longestWaitMs = 2000;

/** What one touch brought into the page cache, in pages. */
export interface Window {
  readonly pages: number;
  /** Those that lie before the touched page. */
  readonly pagesBefore: number;
  readonly touchNs: number;
  /** The look that it was seen in. */
  readonly step: number;
}

/**
 * Drops a file region's pages, first from the page table, then from the page cache. What stays, in pages, or why that
 * cannot be told.
 */
export async function* evict<C extends string>(lab: Lab<C>, region: Region): Script<number | Text> {
  const range = wholeOf(region);
  let left = yield* evictOnce(lab, region);
  for (let round = 1; round < mostRounds && typeof left === 'number' && left > 0; round++) {
    left = yield* evictOnce(lab, region);
  }
  return left;

  async function* evictOnce(lab: Lab<C>, region: Region): Script<number | Text> {
    const unmap = yield* lab.perform(
      { en: 'Unmap the pages from this process', zh: '从本进程的页表中去掉这些页' },
      region,
      {
        kind: 'madvise',
        advice: 'MADV_DONTNEED',
        range,
      },
    );
    const drop = yield* lab.perform({ en: 'Drop them from the page cache', zh: '把它们从页缓存中逐出' }, region, {
      kind: 'evict',
      range,
    });
    return whyForbidden(unmap) ?? whyForbidden(drop) ?? cachedPages(region, range);
  }
}

/**
 * Touches one page of an evicted file under an advice and counts what came with it. The page itself may be reclaimed
 * before it is counted; then it is done again. A sentence when there is nothing to count.
 */
export async function* windowUnder<C extends string>(
  lab: Lab<C>,
  region: Region,
  advice: Advice,
  page: number,
): Script<Window | Text> {
  yield* lab.perform({ en: `Advise: ${advice}`, zh: `给出建议：${advice}` }, region, {
    kind: 'madvise',
    advice,
    range: wholeOf(region),
  });
  for (let round = 0; round < mostRounds; round++) {
    const left = yield* evict(lab, region);
    const { durationNs } = yield* touchOne(lab, region, page);
    yield* lab.waitUntil(
      { en: 'Wait until nothing more is read ahead', zh: '等待预读结束' },
      standsStill(region),
      longestWaitMs,
    );
    const { step } = yield* lab.look({ en: `Look under ${advice}`, zh: `在 ${advice} 下查看` }, region);
    if (typeof left !== 'number') return left;
    if (left > 0) return whyStayed(left);
    const [pages, pagesBefore, touched] = [
      cachedPages(region, wholeOf(region)),
      page === 0 ? 0 : cachedPages(region, { firstPage: 0, pageCount: page }),
      cachedPages(region, { firstPage: page, pageCount: 1 }),
    ];
    if (typeof pages !== 'number') return pages;
    if (typeof pagesBefore !== 'number') return pagesBefore;
    if (touched === 1) return { pages, pagesBefore, touchNs: durationNs, step };
  }
  return {
    en: `the touched page was gone from the page cache ${mostRounds} times before it could be counted: memory is short, or this file system keeps no pages there`,
    zh: `被访问的页在计数之前 ${mostRounds} 次都已不在页缓存中：内存不足，或该文件系统不使用页缓存`,
  };
}

/** Reads one page of a file. Ends the experiment as failed when that cannot be read. */
export async function* touchOne<C extends string>(lab: Lab<C>, region: Region, page: number): Script<TakenStep> {
  const step = yield* lab.perform({ en: `Read page ${page}`, zh: `读第 ${page} 页` }, region, {
    kind: 'touch',
    access: 'read',
    pages: [page],
  });
  if (step.errno === null) return step;
  if (region.file) checkNotCut(region.file, page * region.pageSize);
  const why = whyRefused(step);
  throw problem('cannot-run-here', `Page ${page} could not be read: ${why.en}`, `无法读取第 ${page} 页：${why.zh}`);
}

/**
 * Ends the experiment as failed when the file was made shorter meanwhile, so that the byte at `offset` is no longer in
 * it.
 */
export function checkNotCut(file: BackingFile, offset: number): void {
  const bytes = file.bytesNow;
  if (bytes > offset) return;
  const [now, before] = [formatBytes(bytes), formatBytes(file.bytes)];
  throw problem(
    'bad-input',
    `${file.name} was cut from ${before} to ${now} while it was mapped, so byte ${offset} is no longer there; leave the file alone and run this again.`,
    `${file.name} 在映射期间从 ${before} 被截断为 ${now}，第 ${offset} 字节已不存在；请不要改动该文件，然后重新运行。`,
  );
}

/** Why pages of a file stay in the page cache when they are to be dropped. */
export function whyStayed(pages: number): Text {
  return {
    en: `${pages} pages stayed in the page cache: another process maps or uses them, they wait to be written, or the file system lives in memory`,
    zh: `有 ${pages} 页仍留在页缓存中：其他进程正在映射或使用它们、它们等待写回，或文件系统位于内存中`,
  };
}
