import type { Operation, PageRange } from '../../protocol/operation.ts';
import type { Clock } from '../base/clock.ts';
import { breathe } from '../base/slices.ts';
import type { RefusedArguments } from '../limits/diagnose.ts';
import type { Region } from '../regions/region.ts';
import { type CallRecord, recordOf } from './call-record.ts';
import { Meter } from './meter.ts';
import { type PageCallEntry, pageCall, type Span } from './page-calls.ts';
import { TouchProgress } from './touch-progress.ts';

/**
 * Performs an operation on a region: the only way by which a session touches memory, so that the log, the page map and
 * the C program cannot disagree. A refused call is a result. Throws `bad-input` when the operation's pages are outside
 * the region.
 *
 * @param interrupt ends a long touch between two slices; `done` is then the part that was performed
 */
export async function perform(
  operation: Operation,
  region: Region,
  clock: Clock,
  interrupt: AbortSignal,
): Promise<{ record: CallRecord; done: Operation }> {
  if (operation.kind !== 'touch') return { record: performNow(operation, region, clock), done: operation };
  const meter = new Meter(clock);
  const pages = region.pageNumbers(operation.pages);
  const progress = new TouchProgress(operation, region, pages);
  while (!progress.ended) {
    if (progress.tried > 0) await breathe();
    if (progress.tried > 0 && interrupt.aborted) break;
    progress.touch(meter);
  }
  const done = progress.ended ? operation : { ...operation, pages: operation.pages.slice(0, progress.tried) };
  return { record: recordOf(progress.outcome(meter), region, rangeOf(done, region), meter), done };
}

/** Performs an operation without giving the main loop a turn; a touch of many pages then holds it up. */
export function performNow(operation: Operation, region: Region, clock: Clock): CallRecord {
  const range = rangeOf(operation, region);
  if (operation.kind === 'touch') {
    const meter = new Meter(clock);
    const progress = new TouchProgress(operation, region, region.pageNumbers(operation.pages));
    while (!progress.ended) progress.touch(meter);
    return recordOf(progress.outcome(meter), region, range, meter);
  }
  const entry = pageCall(operation);
  const meter = new Meter(clock, entry.locks);
  const span = { region, ...region.bytesOf(operation.range) };
  const { returned, errno, refused, outcome } = entry.make(span, meter);
  const made = { ...(refused ?? entry.shown(span)), returned, errno, ...(outcome ? { outcome } : {}) };
  return recordOf(made, region, range, meter, refusedArguments(entry, span));
}

/** What a call is about, for the explanation of its refusal. */
export function refusedArguments(entry: PageCallEntry, span: Span): RefusedArguments {
  return { address: span.address, lengthBytes: span.length, name: entry.heading, refusedByLocks: entry.refusedByLocks };
}

/** The smallest range of pages that covers what an operation is about. */
export function rangeOf(operation: Operation, region: Region): PageRange {
  if (operation.kind !== 'touch') return region.pagesOf(operation.range);
  let [lowest, highest] = [Number.POSITIVE_INFINITY, 0];
  for (const page of operation.pages) {
    lowest = Math.min(lowest, page);
    highest = Math.max(highest, page);
  }
  return { firstPage: lowest, pageCount: highest - lowest + 1 };
}
