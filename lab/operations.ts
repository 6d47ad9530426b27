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
  /** What of the operation was done, when it was interrupted. */
  readonly done?: Operation;
  readonly call: string;
  readonly arguments: Step['arguments'];
  readonly returned: string | number;
  readonly errno: ErrnoName | null;
  readonly outcome?: Text;
}

/**
 * Performs an operation on a region: the only way by which a session touches memory, so that the log, the page map and the C program
 * cannot disagree. A refused call is a result. Throws `bad-input` when the operation's pages are outside the region.
 *
 * @param interrupt ends a long touch between two slices; `done` is then the part that was performed
 */
export async function perform(
  operation: Operation,
  region: Region,
  clock: Clock,
  interrupt: AbortSignal,
): Promise<{ record: CallRecord; done: Operation }> {
  const meter = new Meter(clock);
  const { done = operation, ...outcome } = await act(operation, region, meter, interrupt);
  const record = {
    ...outcome,
    region: region.id,
    range: rangeOf(done),
    ...(outcome.errno === null ? {} : { meaning: meaning(outcome.call, outcome.errno) }),
    ...meter.reading,
  };
  return { record, done };
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

async function act(operation: Operation, region: Region, meter: Meter, interrupt: AbortSignal): Promise<Outcome> {
  if (operation.kind === 'touch') return touch(operation, region, meter, interrupt);
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

async function touch(
  operation: Operation & { kind: 'touch' },
  region: Region,
  meter: Meter,
  interrupt: AbortSignal,
): Promise<Outcome> {
  const asked = region.pageNumbers(operation.pages);
  const once = operation.access === 'write' ? touchWrite : touchRead;
  let tried = 0;
  let touched = 0;
  let failure: Extract<Touched, { returned: -1 }> | undefined;
  while (tried < asked.length && !failure) {
    if (tried > 0) await breathe();
    if (tried > 0 && interrupt.aborted) break;
    const slice = asked.subarray(tried, tried + touchSlice);
    const result = meter.add(once(region.address, slice, region.pageSize));
    if (result.errno !== null) failure = result;
    touched += result.errno === null ? result.returned : result.touched;
    tried += slice.length;
  }
  const interrupted = !failure && tried < asked.length;
  const pages = interrupted ? tried : asked.length;
  const first = region.address + BigInt((asked[0] ?? 0) * region.pageSize);
  return {
    ...(interrupted ? { done: { ...operation, pages: operation.pages.slice(0, tried) } } : {}),
    call: operation.access === 'write' ? 'process_vm_writev' : 'process_vm_readv',
    arguments: {
      pid: process.pid,
      remote: pages === 1 ? formatAddress(first) : `${pages} pages`,
      bytes: 1,
    },
    returned: failure ? -1 : touched,
    errno: failure?.errno ?? null,
    outcome: touchedOf(touched, meter.reading.minorFaults, interrupted ? asked.length - tried : 0),
  };
}

function residentOf(resident: number, pages: number): Text {
  return { en: `${resident} of ${pages} pages resident`, zh: `${pages} 页中 ${resident} 页驻留` };
}

function touchedOf(touched: number, minorFaults: number, left: number): Text {
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return {
    en: `${plural(touched, 'page')} touched, ${plural(minorFaults, 'minor fault')}${left ? `; stopped before the other ${left}` : ''}`,
    zh: `触碰 ${touched} 页，发生 ${minorFaults} 次轻微缺页${left ? `；停止时还有 ${left} 页未触碰` : ''}`,
  };
}
