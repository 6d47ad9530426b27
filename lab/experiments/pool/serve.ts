import { quickHeap } from '../../../native/calls/malloc.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import type { Language } from '../../../protocol/language.ts';
import { numbersIn } from '../../../protocol/quantity.ts';
import type { Text } from '../../../protocol/text.ts';
import { type Percentiles, percentiles } from '../../base/percentiles.ts';
import { Slices } from '../../base/slices.ts';
import { recordOf } from '../../operations/call-record.ts';
import { Meter } from '../../operations/meter.ts';
import type { Called, CallSite } from '../../session/steps.ts';
import { serveLines } from './c-lines.ts';
import { type BySource, Malloc, MapEach, Pool, type Source } from './providers.ts';
import { type Load, Serving } from './serving.ts';

/** What serving a load came to. */
export interface Served {
  readonly name: Text;
  readonly load: Load;
  /** Null where not one request was served. */
  readonly times: Percentiles | null;
  /** Of the first half of the requests, and of the second. */
  readonly halves: readonly (Percentiles | null)[];
  /** Of the first blocks that were held at once. */
  readonly first: Percentiles | null;
  readonly givenBackNs: number;
  readonly minorFaults: number;
  readonly heapMoves: number;
}

/** The call that a request is, and what that calls the size. */
const calls: BySource<readonly [call: string, size: string]> = {
  mmap: ['mmap', 'length'],
  malloc: ['malloc', 'size'],
  cold: ['memset', 'n'],
  hot: ['memset', 'n'],
};

/**
 * Serves all requests of a load.
 *
 * @param first it is the first load of this source
 */
export async function serveAll(source: Source, load: Load, first: boolean, site: CallSite): Promise<Called<Served>> {
  const { id, provider, pool } = source;
  const meter = new Meter(site.clock);
  const serving = new Serving(provider, load);
  const slices = new Slices();
  while (!serving.ended) {
    if (slices.over) {
      await slices.next();
      site.signal.throwIfAborted();
      site.tell(serving.served * load.bytes, load.requests * load.bytes);
    }
    serving.serve();
  }
  const { servedNs, givenBackNs, minorFaults, heapMoves, errno, times, served } = serving;
  meter.add({ durationNs: servedNs + givenBackNs, minorFaults, majorFaults: 0 });
  const value: Served = {
    name: source.name,
    load,
    times: await percentiles(times.amounts),
    halves: await Promise.all(times.halves.map(percentiles)),
    first: await percentiles(times.amounts.subarray(0, load.live)),
    givenBackNs,
    minorFaults,
    heapMoves,
  };
  const [call, size] = calls[id];
  const shown = { calls: served, [size]: load.bytes };
  const outcome = { en: outcomeIn('en', value), zh: outcomeIn('zh', value) };
  const told = { call, arguments: shown, returned: served, errno, outcome };
  return {
    record: recordOf(told, pool?.region, undefined, meter),
    value,
    c: serveLines(source, load, first),
  };
}

function outcomeIn(language: Language, { times, minorFaults }: Served): string {
  const { duration, quantity } = numbersIn(language);
  const faults = quantity(minorFaults, 'faults');
  if (!times) return faults;
  const { p50, p99, p999, max } = times;
  const told = `p50 ${duration(p50)}, p99 ${duration(p99)}, p99.9 ${duration(p999)}`;
  return language === 'en'
    ? `${told}, at most ${duration(max)}; ${faults}`
    : `${told.replaceAll(', ', '，')}，最多 ${duration(max)}；${faults}`;
}

/**
 * Requests of each kind before the measured ones: until the engine has used all of the memory that it takes its numbers
 * from, over and over, so that its own faults are few later.
 */
const warmUps = 20_000;

/** Of mmap each time: its calls and its fault take sixty times as long as those of the others. */
const mapWarmUps = 2000;

/** Requests that nobody measures, of one page each: the engine compiles the loop meanwhile. The pools stay cold. */
export async function warmUp(signal: AbortSignal): Promise<void> {
  const bytes = pageSize();
  const live = 8;
  const heap = quickHeap();
  const slots = heap.malloc(live * bytes);
  try {
    const slices = new Slices();
    for (const [provider, requests] of [
      [new MapEach(bytes), mapWarmUps],
      [new Malloc(bytes), warmUps],
      [new Pool(slots, live, bytes), warmUps],
    ] as const) {
      const serving = new Serving(provider, { requests, bytes, live });
      while (!serving.ended) {
        if (slices.over) {
          await slices.next();
          signal.throwIfAborted();
        }
        serving.serve();
      }
      await percentiles(serving.times.amounts);
    }
  } finally {
    heap.free(slots);
  }
}
