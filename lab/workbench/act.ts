import { status } from '../../native/proc/proc-status.ts';
import type { Step } from '../../protocol/events.ts';
import type { Tool } from '../../protocol/page-call.ts';
import type { PageRuns } from '../../protocol/workbench.ts';
import { lockAnswer } from '../../protocol/would-lock.ts';
import type { Clock } from '../base/clock.ts';
import { Slices } from '../base/slices.ts';
import { diagnose } from '../limits/diagnose.ts';
import { lockingFacts } from '../limits/locking-facts.ts';
import { type CallRecord, recordOf } from '../operations/call-record.ts';
import { Meter } from '../operations/meter.ts';
import { type Called, type PageCallEntry, pageCall, type Span } from '../operations/page-calls.ts';
import { refusedArguments } from '../operations/perform.ts';
import type { Region } from '../regions/region.ts';
import { maySplit, noRoomToSplit } from './mapping-limit.ts';
import { outcomeOf } from './outcome.ts';
import { countRunPages, endOfRuns } from './page-runs.ts';
import type { Tally } from './tally.ts';

/** An action that was done, in whole or up to where it was ended. */
export interface Performed {
  readonly record: CallRecord;
  /** The pages that calls were made for. */
  readonly done: PageRuns;
}

/**
 * Makes one call for each run of pages, in order, and goes on with the next run where one is refused. Long runs are
 * cut, so that the main loop goes on and the action can be ended; within a run the first refusal is the last call, as
 * it is in the kernel.
 *
 * @param interrupt ends it after the call that it is in
 * @param progress told after every slice of a long action: pages done, of how many
 */
export async function act(
  tool: Tool,
  runs: PageRuns,
  region: Region,
  clock: Clock,
  interrupt: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<Performed> {
  const meter = new Meter(clock);
  const total = countRunPages(runs);
  const tally: Tally = {
    made: 0,
    refused: 0,
    firstRefused: undefined,
    pages: 0,
    tried: 0,
    cutTo: undefined,
    ended: undefined,
  };
  const entry = pageCall(tool);
  const most = entry.mostPages;
  const slices = new Slices();
  let at = 0;
  let page = 0;
  run: for (; at < runs.length; at += 2) {
    page = runs[at] ?? 0;
    const end = page + (runs[at + 1] ?? 0);
    const cut = end - page > most && !lockWouldBeRefused(entry, region, end - page);
    while (page < end) {
      if (slices.over) {
        await slices.next();
        progress(tally.tried, total);
      }
      if (tally.made > 0 && interrupt.aborted) tally.ended = 'interrupted';
      else if (entry.splits && !maySplit(tally.made === 0)) tally.ended = 'no-room-to-split';
      if (tally.ended) break run;
      // At multiples, so that huge pages stay whole.
      const next = cut ? Math.min(end, (Math.floor(page / most) + 1) * most) : end;
      if (cut) tally.cutTo = most;
      const span = spanOf(region, page, next - page);
      const called = entry.make(span, meter);
      count(tally, called, entry, span, page, next - page);
      page = next;
      if (called.errno !== null) {
        tally.tried += end - next;
        break;
      }
    }
  }
  const done = tally.ended ? upTo(runs, at, page) : runs;
  return { record: written(entry, runs, total, region, tally, meter), done };
}

function spanOf(region: Region, firstPage: number, pageCount: number): Span {
  const { pageSize } = region;
  return { region, address: region.address + BigInt(firstPage * pageSize), length: pageCount * pageSize };
}

function count(
  tally: Tally,
  { errno, pages, refused }: Called,
  entry: PageCallEntry,
  span: Span,
  firstPage: number,
  pageCount: number,
): void {
  tally.made++;
  tally.tried += pageCount;
  tally.pages += pages ?? 0;
  if (errno === null) return;
  tally.refused++;
  if (tally.firstRefused) return;
  const shown = refused ?? entry.shown(span);
  const diagnosis = diagnose(shown.call, errno, refusedArguments(entry, span));
  tally.firstRefused = { errno, firstPage, pageCount, pages, diagnosis, shown };
}

/**
 * A lock beyond the limit is refused as a whole, and nothing is locked. Cut, it would be locked up to the limit; so
 * such a run is not cut, and the kernel refuses it at once.
 */
function lockWouldBeRefused({ locks, undo }: PageCallEntry, region: Region, pages: number): boolean {
  if (!locks || undo.by !== 'locking' || !undo.locked) return false;
  const own = status();
  if (own.errno !== null) return false;
  return !lockAnswer({ ...lockingFacts(), vmLckBytes: own.vmLckBytes }, pages * region.pageSize).works;
}

/** The runs before `at`, and what was done of that one. */
function upTo(runs: PageRuns, at: number, page: number): PageRuns {
  const first = runs[at] ?? 0;
  return page > first ? [...runs.slice(0, at), first, page - first] : runs.slice(0, at);
}

/** The action as one step: the first refused call's answer where one was, else the first call's. */
function written(
  entry: PageCallEntry,
  runs: PageRuns,
  total: number,
  region: Region,
  tally: Tally,
  meter: Meter,
): CallRecord {
  const { made, refused, firstRefused, cutTo } = tally;
  const [first = 0, all = 0] = runs;
  const pageCount = cutTo !== undefined && all > cutTo ? cutTo - (first % cutTo) : all;
  const { call, arguments: shown } = firstRefused?.shown ?? entry.shown(spanOf(region, first, pageCount));
  const errno = firstRefused?.errno ?? null;
  const outcome = outcomeOf(entry, region, total, tally, meter.reading.minorFaults);
  const record = recordOf(
    {
      call,
      arguments: shown,
      returned: made === 0 ? 'not called' : errno !== null ? -1 : returnedOf(entry, call, tally),
      errno,
      ...(outcome ? { outcome } : {}),
    },
    region,
    { firstPage: first, pageCount: endOfRuns(runs) - first },
    meter,
  );
  const stopped =
    tally.ended === 'no-room-to-split' ? { text: noRoomToSplit(), fix: 'max-map-count' as const } : undefined;
  const diagnosis = stopped ?? firstRefused?.diagnosis;
  return {
    ...record,
    ...(diagnosis ? { diagnosis } : {}),
    ...(made > 0 ? { calls: { made, refused } } : {}),
  };
}

function returnedOf(entry: PageCallEntry, call: string, tally: Tally): Step['returned'] {
  if (call === 'explicit_bzero' || call === 'store' || call === 'load') return 'void';
  return entry.counts ? tally.pages : 0;
}
