import type { Buckets } from '../../protocol/result.ts';

/** What the distribution of some amounts comes to: `[percentile, amount]` of a figure, rising, and the usual ones. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly points: [number, number][];
  readonly buckets: Buckets;
}

/** One histogram of the amounts of all. */
export function togetherInBuckets(histograms: readonly Buckets[]): Buckets {
  const counts = new Map<number, number>();
  for (const [bucket, count] of histograms.flat()) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  return [...counts].sort(([one], [other]) => one - other);
}

/** The amounts of one kind of call, each kept until the end: a store in an array is all that a measurement pays. */
export class Samples {
  readonly #amounts: Float64Array;
  #count = 0;

  constructor(most: number) {
    this.#amounts = new Float64Array(most);
  }

  /** @throws RangeError when there are more than was said: an amount is never dropped silently. */
  record(amount: number): void {
    if (this.#count === this.#amounts.length) throw new RangeError(`more than ${this.#amounts.length} samples`);
    this.#amounts[this.#count++] = amount;
  }

  /** What was recorded, in order. */
  get amounts(): Float64Array {
    return this.#amounts.subarray(0, this.#count);
  }

  /** The two halves of the run, to tell whether it was quiet. */
  get halves(): [Float64Array, Float64Array] {
    const middle = Math.floor(this.#count / 2);
    return [this.amounts.subarray(0, middle), this.amounts.subarray(middle)];
  }
}

/** Significant ones, of each amount. */
const digits = 3;

/** Percentiles that a figure has a point for: more of them to the right, where the axis spreads the rare calls. */
const ticks = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999];

/**
 * The distribution of whole amounts (ns), by an HDR histogram of three digits: each percentile is at most 0.1 % above
 * the amount that it stands for. The largest is exact. Nothing is left out. Null of no amounts.
 */
export async function percentiles(amounts: Float64Array): Promise<Percentiles | null> {
  if (amounts.length === 0) return null;
  // The package's index brings compression and WebAssembly along, for 35 ms and two more licences.
  const { default: loaded } = await import('hdr-histogram-js/dist/Int32Histogram.js');
  // Node gives a CommonJS module whole, others what it has as its default.
  const Histogram = 'default' in loaded ? (loaded.default as typeof loaded) : loaded;
  const max = amounts.reduce((most, amount) => Math.max(most, amount), 0);
  const histogram = new Histogram(1, Math.max(2, Math.ceil(max)), digits);
  const counts = new Map<number, number>();
  for (const amount of amounts) {
    histogram.recordValue(Math.round(amount));
    const bucket = Math.min(max, histogram.highestEquivalentValue(Math.round(amount)));
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  // A bucket ends a little above what is in it: nothing was larger than the largest.
  const at = (percentile: number) => Math.min(max, histogram.getValueAtPercentile(percentile));
  // Of 100 calls the 99.9th percentile is the largest: a point for it would be one call drawn twice.
  const told = ticks.filter((tick) => (100 - tick) * amounts.length >= 100);
  return {
    count: amounts.length,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max,
    buckets: [...counts].sort(([one], [other]) => one - other),
    points: [...told.map((tick): [number, number] => [tick, at(tick)]), [100, max]],
  };
}
