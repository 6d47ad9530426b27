import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentiles, Samples, togetherInBuckets } from '../../../lab/base/percentiles.ts';

/** The least amount that `percentile` of all do not exceed. */
function exact(amounts: readonly number[], percentile: number): number {
  const sorted = [...amounts].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length - 1e-9) - 1)] ?? Number.NaN;
}

describe('percentiles', () => {
  it('are within a thousandth of those of the sorted amounts, and the largest is exact', async () => {
    const whole = fc.integer({ min: 1, max: 10_000_000_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(whole, { minLength: 1, maxLength: 3000 }), async (amounts) => {
        const told = await percentiles(Float64Array.from(amounts));
        expect(told?.count).toBe(amounts.length);
        expect(told?.max).toBe(Math.max(...amounts));
        for (const [percentile, amount] of told?.points ?? []) {
          const known = exact(amounts, percentile);
          expect(Math.abs(amount - known)).toBeLessThanOrEqual(known / 1000 + 1);
        }
      }),
    );
  });

  it('rise from point to point and end with the largest amount', async () => {
    const told = await percentiles(Float64Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 20_000));
    const points = told?.points ?? [];
    for (const [index, [percentile, amount]] of points.entries()) {
      const [before, less] = points[index - 1] ?? [0, 0];
      expect(percentile).toBeGreaterThan(before);
      expect(amount).toBeGreaterThanOrEqual(less);
    }
    expect(points.at(-1)).toEqual([100, 19_999]);
  });

  it('keep one slow call of thousands, as the largest and in no percentile that it is not in', async () => {
    const samples = new Samples(10_000);
    for (let call = 0; call < 9999; call++) samples.record(500);
    samples.record(8_000_000_000);
    expect(await percentiles(samples.amounts)).toMatchObject({
      count: 10_000,
      p50: 500,
      p999: 500,
      max: 8_000_000_000,
    });
  });

  it('have no point for a share that is less than one call', async () => {
    expect((await percentiles(new Float64Array(100).fill(3)))?.points.map(([percentile]) => percentile)).toEqual([
      1, 5, 10, 25, 50, 75, 90, 95, 99, 100,
    ]);
  });

  it('are null where nothing was measured', async () => {
    expect(await percentiles(new Samples(5).amounts)).toBeNull();
  });
});

describe('samples', () => {
  it('have halves that are the run in its order', () => {
    const samples = new Samples(10);
    for (const amount of [1, 2, 3, 4, 5]) samples.record(amount);
    expect(samples.halves.map((half) => [...half])).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it('refuse one more than was said', () => {
    const samples = new Samples(1);
    samples.record(1);
    expect(() => samples.record(2)).toThrow(RangeError);
  });
});

it('have every amount in the buckets of the histogram, each at most 0.1 % below its end', async () => {
  const amounts = Float64Array.from({ length: 5000 }, (_, index) => 100 + index * 37);
  const { buckets = [] } = (await percentiles(amounts)) ?? {};
  let first = 0;
  for (const [end, count] of buckets) {
    const inside = amounts.subarray(first, first + count);
    expect(inside.every((amount) => amount <= end && amount >= end * 0.999 - 1)).toBe(true);
    first += count;
  }
  expect(first).toBe(amounts.length);

  const halves = await Promise.all([amounts.subarray(0, 99), amounts.subarray(99)].map(percentiles));
  expect(togetherInBuckets(halves.map((half) => half?.buckets ?? [])).map(([, count]) => count)).toEqual(
    buckets.map(([, count]) => count),
  );
});
