import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder, type Order } from '../../../lab/experiment-kit/touch-order.ts';

const orders: Order[] = ['sequential', 'random', 'stride'];

describe('the order of touches', () => {
  it('names every page once, in no more batches than asked for, of sizes that differ by at most one', () => {
    const shape = fc.record({
      pages: fc.integer({ min: 1, max: 5000 }),
      order: fc.constantFrom(...orders),
      stride: fc.integer({ min: 2, max: 6000 }),
      seed: fc.nat(0x7fff_ffff),
      most: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(shape, ({ pages, order, stride, seed, most }) => {
        const batches = [...inOrder(pages, order, { stride, seed, most })];
        expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: pages }, (_, page) => page));
        expect(batches.length).toBe(Math.min(most, pages));
        const sizes = batches.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('goes up by one, or by the stride and then from the next page', () => {
    const options = { stride: 4, seed: 0, most: 1 };
    expect([...inOrder(6, 'sequential', options)].flat()).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...inOrder(10, 'stride', options)].flat()).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 3, 7]);
  });

  it('is the same again for the same seed, and another for another', () => {
    const shuffled = (seed: number) => [...inOrder(100, 'random', { stride: 2, seed, most: 3 })].flat();
    expect(shuffled(5)).toEqual(shuffled(5));
    expect(shuffled(5)).not.toEqual(shuffled(6));
    expect(shuffled(5)).not.toEqual(shuffled(5).toSorted((a, b) => a - b));
  });
});
