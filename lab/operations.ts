import type { ErrnoName, Result } from '../native/errno.ts';
import { meaning } from '../native/errno-meaning.ts';
import { MADV, madvise, mincore, mlock, munlock } from '../native/mman.ts';
import { type Cost, type Touched, touchRead, touchWrite } from '../native/touch.ts';
import type { Step } from '../protocol/events.ts';
import type { Operation, PageRange } from '../protocol/operation.ts';
import type { Text } from '../protocol/text.ts';
import { breathe } from './breathe.ts';
import type { Clock } from './clock.ts';
import { formatAddress } from './format.ts';
import { Region } from './region.ts';

/** Pages touched before the main loop gets a turn: about 4 ms of first touches. */
const touchSlice = 4096;

/** A call as it was made and what it did; a step is this with a title and an index. */
export type CallRecord = Omit<Step, 'index' | 'title'> & { readonly minorFaults: number };

/** What a call came to, before it is written down. */
interface Outcome {
  readonly call: string;
  readonly arguments: Step['arguments'];
  readonly returned: string | number;
  readonly errno: ErrnoName | null;
  readonly outcome?: Text;
}

/**
 * Performs an operation on a region: the only way by which a session touches memory, so that the log, the page map and the C program
 * cannot disagree. A refused call is a result. Throws `bad-input` when the operation's pages are outside the region.
 */
export async function perform(operation: Operation, region: Region, clock: Clock): Promise<CallRecord> {
  const meter = new Meter(clock);
  const outcome = await act(operation, region, meter);
  return {
    ...outcome,
    region: region.id,
    range: rangeOf(operation),
    ...(outcome.errno === null ? {} : { meaning: meaning(outcome.call, outcome.errno) }),
    ...meter.reading,
  };
}

/** Maps anonymous memory. Without a region, the record says why the kernel refused. */
export function mapRegion(
  id: number,
  label: string,
  pages: number,
  clock: Clock,
): { record: CallRecord; region?: Region } {
  const meter = new Meter(clock);
  const { hint, length, mapped, region } = Region.map(id, label, pages, (call) => meter.measure(call));
  const record: CallRecord = {
    ...(region ? { region: id, range: { firstPage: 0, pageCount: pages } } : {}),
    call: 'mmap',
    arguments: {
      addr: hint === null ? 'NULL' : formatAddress(hint),
      length,
      prot: 'PROT_READ|PROT_WRITE',
      flags: 'MAP_PRIVATE|MAP_ANONYMOUS',
      fd: -1,
      offset: 0,
    },
    returned: mapped.errno === null ? formatAddress(mapped.returned) : 'MAP_FAILED',
    errno: mapped.errno,
    ...(mapped.errno === null ? {} : { meaning: meaning('mmap', mapped.errno) }),
    ...meter.reading,
  };
  return { record, ...(region ? { region } : {}) };
}

/** The smallest range that covers an operation's pages. */
export function rangeOf(operation: Operation): PageRange {
  if (operation.kind !== 'touch') return operation.range;
  let [lowest, highest] = [Number.POSITIVE_INFINITY, 0];
  for (const page of operation.pages) {
    lowest = Math.min(lowest, page);
    highest = Math.max(highest, page);
  }
  return { firstPage: lowest, pageCount: highest - lowest + 1 };
}

/** Whether an operation may change what smaps alone tells: on-fault locking and what core files hold. */
export function changesVmFlags(operation: Operation): boolean {
  if (operation.kind === 'madvise') return operation.advice === 'MADV_DONTDUMP' || operation.advice === 'MADV_DODUMP';
  return operation.kind === 'mlock' || operation.kind === 'munlock';
}

/** Time and faults of the calls alone: what happens between two slices of a long one is not counted. */
class Meter {
  readonly #clock: Clock;
  readonly #startedNs: number;
  #durationNs = 0;
  #minorFaults = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedNs = clock.nowNs();
  }

  get reading() {
    return { startedNs: this.#startedNs, durationNs: this.#durationNs, minorFaults: this.#minorFaults };
  }

  measure<T>(call: () => T): T {
    const beganNs = this.#clock.nowNs();
    const result = call();
    this.#durationNs += this.#clock.nowNs() - beganNs;
    return result;
  }

  /** A call that measured itself. */
  add<T extends Cost>(cost: T): T {
    this.#durationNs += cost.durationNs;
    this.#minorFaults += cost.minorFaults;
    return cost;
  }
}

async function act(operation: Operation, region: Region, meter: Meter): Promise<Outcome> {
  if (operation.kind === 'touch') return touch(operation, region, meter);
  const { address, length } = region.bytesOf(operation.range);
  const simple = (call: string, result: Result, more: Step['arguments'] = {}): Outcome => ({
    call,
    arguments: { addr: formatAddress(address), length, ...more },
    returned: result.returned,
    errno: result.errno,
  });
  switch (operation.kind) {
    case 'mincore': {
      const vec = new Uint8Array(operation.range.pageCount);
      const result = meter.measure(() => mincore(address, length, vec));
      if (result.errno !== null) return simple('mincore', result, { vec: 'vec' });
      const resident = vec.reduce((sum, byte) => sum + (byte & 1), 0);
      return { ...simple('mincore', result, { vec: 'vec' }), outcome: residentOf(resident, vec.length) };
    }
    case 'madvise': {
      const advice = MADV[operation.advice.slice('MADV_'.length) as keyof typeof MADV];
      return simple(
        'madvise',
        meter.measure(() => madvise(address, length, advice)),
        { advice: operation.advice },
      );
    }
    case 'mlock':
      return simple(
        'mlock',
        meter.measure(() => mlock(address, length)),
      );
    case 'munlock':
      return simple(
        'munlock',
        meter.measure(() => munlock(address, length)),
      );
  }
}

async function touch(operation: Operation & { kind: 'touch' }, region: Region, meter: Meter): Promise<Outcome> {
  const pages = region.pageNumbers(operation.pages);
  const once = operation.access === 'write' ? touchWrite : touchRead;
  let touched = 0;
  let failure: Extract<Touched, { returned: -1 }> | undefined;
  for (let from = 0; from < pages.length && !failure; from += touchSlice) {
    if (from > 0) await breathe();
    const slice = pages.subarray(from, from + touchSlice);
    const result = meter.add(once(region.address, slice, region.pageSize));
    if (result.errno !== null) failure = result;
    touched += result.errno === null ? result.returned : result.touched;
  }
  const first = region.address + BigInt((pages[0] ?? 0) * region.pageSize);
  return {
    call: operation.access === 'write' ? 'process_vm_writev' : 'process_vm_readv',
    arguments: {
      pid: process.pid,
      remote: pages.length === 1 ? formatAddress(first) : `${pages.length} pages`,
      bytes: 1,
    },
    returned: failure ? -1 : touched,
    errno: failure?.errno ?? null,
    outcome: touchedOf(touched, meter.reading.minorFaults),
  };
}

function residentOf(resident: number, pages: number): Text {
  return { en: `${resident} of ${pages} pages resident`, zh: `${pages} 页中 ${resident} 页驻留` };
}

function touchedOf(touched: number, minorFaults: number): Text {
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return {
    en: `${plural(touched, 'page')} touched, ${plural(minorFaults, 'minor fault')}`,
    zh: `触碰 ${touched} 页，发生 ${minorFaults} 次轻微缺页`,
  };
}
