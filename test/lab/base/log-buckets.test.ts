import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logBuckets, median } from '../../../lab/base/log-buckets.ts';

describe('logarithmic buckets', () => {
  it('count every amount once, between the bounds that they name, and begin and end with one that is not empty', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-3, max: 1e12, noNaN: true }), { minLength: 1 }), (amounts) => {
        const buckets = logBuckets(amounts);
        for (const { from, to, count } of buckets) {
          expect(amounts.filter((amount) => amount >= from && amount < to)).toHaveLength(count);
        }
        expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(amounts.length);
        expect(Math.min(buckets[0]?.count ?? 0, buckets.at(-1)?.count ?? 0)).toBeGreaterThan(0);
        for (const [index, { to }] of buckets.entries()) expect(buckets[index + 1]?.from ?? to).toBe(to);
      }),
    );
  });

  it('are none where nothing was measured', () => {
    expect(logBuckets([])).toEqual([]);
    expect(median([])).toBeNull();
  });

  it('stand beside the middle amount, which one slow call does not move', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([5, 1, 3, 1e9, 4])).toBe(4);
  });
});
