import type { ErrnoName } from '../../native/libc/errno.ts';
import type { Operation } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import { formatAddress, formatCount } from '../base/format.ts';
import type { Region } from '../regions/region.ts';
import type { Outcome } from './call-record.ts';
import { returnedOf, shownTouch, type TouchCall, touchCall, touchPages } from './loads-and-stores.ts';
import { engineFaultsOf, type Meter } from './meter.ts';

/** Pages touched before the main loop gets a turn: 1 to 5 ms of first touches. */
const touchSlice = 1024;

type Touch = Extract<Operation, { kind: 'touch' }>;

/** A touch under way, slice by slice. */
export class TouchProgress {
  readonly #operation: Touch;
  readonly #region: Region;
  readonly #pages: Uint32Array;
  #touched = 0;
  #errno: ErrnoName | null = null;
  #call: TouchCall;
  /** Pages that were touched, or refused to be. */
  tried = 0;

  constructor(operation: Touch, region: Region, pages: Uint32Array) {
    this.#operation = operation;
    this.#region = region;
    this.#pages = pages;
    this.#call = touchCall(region, operation.access);
  }

  /** All pages were touched, or one refused. */
  get ended(): boolean {
    return this.#errno !== null || this.tried === this.#pages.length;
  }

  /** Touches the next of them. */
  touch(meter: Meter): void {
    const slice = this.#pages.subarray(this.tried, this.tried + touchSlice);
    const { errno, touched, call } = touchPages(this.#region, slice, this.#operation.access, meter);
    this.#errno = errno;
    if (errno !== null) this.#call = call;
    this.#touched += touched;
    this.tried += slice.length;
  }

  /** What it came to so far. */
  outcome(meter: Meter): Outcome {
    const left = this.ended ? 0 : this.#pages.length - this.tried;
    const pages = this.#pages.length - left;
    const first = this.#region.address + BigInt((this.#pages[0] ?? 0) * this.#region.pageSize);
    return {
      ...shownTouch(this.#call, pages === 1 ? formatAddress(first) : `${pages} pages`),
      returned: this.#errno ? -1 : returnedOf(this.#call, this.#touched),
      errno: this.#errno,
      outcome: touchedOf(this.#touched, meter.reading.minorFaults, left),
    };
  }
}

function touchedOf(touched: number, minorFaults: number, left: number): Text {
  const own = engineFaultsOf(touched, minorFaults);
  const plural = (count: number, word: string) => `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;
  return {
    en: `${plural(touched, 'page')} touched, ${plural(minorFaults, 'minor fault')}${own.en}${left ? `; stopped before the other ${formatCount(left)}` : ''}`,
    zh: `访问 ${formatCount(touched)} 页，发生 ${formatCount(minorFaults)} 个次缺页${own.zh}${left ? `；停止时还有 ${formatCount(left)} 页未访问` : ''}`,
  };
}
