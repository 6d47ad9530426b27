import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Log } from '../../../../renderer/store/session/append-only-list.ts';
import { thinned } from '../../../../renderer/store/session/thinned.ts';

describe('a log', () => {
  it('is what was appended, and stays it when others are made out of it', () => {
    const batches = fc.array(fc.array(fc.nat(), { maxLength: 5 }), { maxLength: 20 });
    fc.assert(
      fc.property(batches, fc.nat(), (all, seed) => {
        const logs = [Log.of<number>()];
        const arrays: number[][] = [[]];
        all.forEach((batch, turn) => {
          // Often the newest, sometimes one that others have been made out of.
          const from = turn % 3 === 2 ? seed % logs.length : logs.length - 1;
          logs.push(logs[from]?.append(batch) ?? Log.of());
          arrays.push([...(arrays[from] ?? []), ...batch]);
        });
        logs.forEach((log, index) => {
          const array = arrays[index] ?? [];
          expect([...log]).toEqual(array);
          expect(log.length).toBe(array.length);
          expect(log.at(-1)).toBe(array.at(-1));
          expect(log.at(array.length)).toBeUndefined();
          expect(log.slice(1, 3)).toEqual(array.slice(1, 3));
          expect(log.slice(-2)).toEqual(array.slice(-2));
        });
      }),
    );
  });

  it('forgets the oldest beyond what it keeps, and still knows the others by their numbers', () => {
    let log = Log.of<number>();
    for (let number = 0; number < 1000; number++) log = log.append([number], 100);
    expect(log.length).toBeGreaterThanOrEqual(100);
    expect(log.length).toBeLessThanOrEqual(125);
    expect(log.forgotten + log.length).toBe(1000);
    expect(log.numbered(999)).toBe(999);
    expect(log.numbered(log.forgotten)).toBe(log.forgotten);
    expect(log.numbered(log.forgotten - 1)).toBeUndefined();
    expect(log.numbered(1000)).toBeUndefined();
  });
});

it('thinning leaves the first, the last and the newer half as they came', () => {
  const points = thinned(
    Array.from({ length: 90 }, (_, index) => index),
    [90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100],
    100,
  );
  expect(points.length).toBeLessThanOrEqual(100);
  expect(points[0]).toBe(0);
  expect(points.slice(-50)).toEqual(Array.from({ length: 50 }, (_, index) => 51 + index));
  expect(thinned(points, [], 10)).toBe(points);
});
