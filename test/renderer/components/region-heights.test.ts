import { describe, expect, it } from 'vitest';
import { scaleOf } from '../../../renderer/components/page-map/region-heights.ts';

const room = { width: 960, height: 590, devicePixelRatio: 1 };
const open = (...pages: number[]) => pages.map((each) => ({ pages: each, collapsed: false }));

describe('regions below each other', () => {
  it('have rows of one height, and fit', () => {
    const { columns, heights } = scaleOf(open(16, 16, 16, 16, 16), room);
    expect(columns).toBe(8);
    expect(new Set(heights).size).toBe(1);
    expect(heights.reduce((sum, height) => sum + height + 10, -10)).toBeLessThanOrEqual(room.height);
    const [small = 0, large = 0] = scaleOf(open(32, 64), room).heights;
    expect(large).toBe(2 * small);
  });

  it('have room for their own words, however small their share is', () => {
    const [small = 0, large = 0] = scaleOf(open(4, 4096), room).heights;
    expect(small).toBe(66);
    expect(large).toBeGreaterThan(400);
    expect(small + large + 10).toBeLessThanOrEqual(room.height);
  });

  it('are a line where they are collapsed, and the others have the rest', () => {
    const heights = scaleOf(
      [
        { pages: 64, collapsed: true },
        { pages: 64, collapsed: false },
      ],
      room,
    ).heights;
    expect(heights[0]).toBe(22);
    expect(heights[1]).toBeGreaterThan(500);
  });
});
