import { describe, expect, test } from 'vitest';
import type { MapNode } from '../../../protocol/files.ts';
import { rangeText, typedRange } from '../../../renderer/components/files/file-name.ts';
import { mapCells } from '../../../renderer/components/files/map-cells.ts';
import { squarify } from '../../../renderer/components/files/squarify.ts';
import { cellAt, cellsIn, factsOf, layoutOf } from '../../../renderer/components/files/strip-layout.ts';

const whole = { x: 0, y: 0, width: 600, height: 400 };

test('parts of a rectangle have areas as their weights, lie in it and over no other', () => {
  const weights = [60, 60, 40, 30, 20, 10, 5, 1];
  const rects = squarify(weights, whole);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (const [at, { x, y, width, height }] of rects.entries()) {
    expect(width * height).toBeCloseTo((600 * 400 * (weights[at] ?? 0)) / sum, 4);
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(600.001);
    expect(y + height).toBeLessThanOrEqual(400.001);
    for (const other of rects.slice(at + 1)) {
      const apart =
        other.x >= x + width - 1e-6 ||
        x >= other.x + other.width - 1e-6 ||
        other.y >= y + height - 1e-6 ||
        y >= other.y + other.height - 1e-6;
      expect(apart).toBe(true);
    }
  }
});

test('without weights, or without room, nothing has an area', () => {
  expect(squarify([], whole)).toEqual([]);
  expect(squarify([0, 0], whole).every(({ width, height }) => width * height === 0)).toBe(true);
  expect(squarify([1], { ...whole, width: 0 })).toHaveLength(1);
});

const file = (id: number, sizeBytes: number, cachedBytes: number | null): MapNode => ({
  kind: 'file',
  id,
  name: `file ${id}`,
  files: 1,
  sizeBytes,
  cachedBytes,
  unknownBytes: cachedBytes === null ? sizeBytes : 0,
});

test('a folder with room has its name above its files; what weighs nothing is not drawn', () => {
  const inside = [file(1, 600, 100), file(2, 200, null)];
  const folder: MapNode = { ...file(7, 800, 100), kind: 'folder', children: inside };
  const root: MapNode = { ...file(0, 1000, 300), kind: 'folder', children: [folder, file(3, 200, 200)] };
  const bySize = mapCells(root, 600, 400, 'size');
  expect(bySize.map(({ key, heading }) => [key, heading])).toEqual([
    ['folder 7', true],
    ['file 1', false],
    ['file 2', false],
    ['file 3', false],
  ]);
  // Nobody told of file 2, so it has no cached bytes to be drawn by.
  expect(mapCells(root, 600, 400, 'cached').map(({ key }) => key)).toEqual(['file 3', 'folder 7', 'file 1']);
  expect(mapCells(root, 30, 20, 'size').map(({ key }) => key)).toContain('folder 7');
});

describe('the strip of a file', () => {
  test('has the largest cells that all find room, and tells the pages of each', () => {
    const layout = layoutOf(100, 400, 100);
    expect(Math.floor(400 / layout.side) * layout.rows).toBeGreaterThanOrEqual(100);
    expect(layoutOf(cellsIn(400, 100), 400, 100)).toEqual({ side: 2, rows: 50 });
    expect(cellAt(layout, 100, layout.side + 1, 1)).toBe(layout.rows);
    expect(cellAt(layout, 100, 399, 99)).toBeUndefined();
    expect(cellAt(layout, 100, -1, 0)).toBeUndefined();
    const pages = { firstPage: 10, pageCount: 7, pagesPerCell: 4, locked: [{ firstPage: 14, pageCount: 1 }] };
    const bytes = { cached: Uint8Array.of(255, 1), dirty: Uint8Array.of(0, 3) };
    expect(factsOf(pages, bytes, 0)).toEqual({ first: 10, last: 13, share: 1, dirty: false, locked: false });
    expect(factsOf(pages, bytes, 1)).toEqual({ first: 14, last: 16, share: 1 / 255, dirty: true, locked: true });
  });

  test.each([
    ['', 'all'],
    [' 7 ', { firstPage: 7, pageCount: 1 }],
    ['0-255', { firstPage: 0, pageCount: 256 }],
    ['16–31', { firstPage: 16, pageCount: 16 }],
    ['31-16', undefined],
    ['-1', undefined],
    ['x', undefined],
  ])('the range %j is read', (typed, meant) => {
    expect(typedRange(typed)).toEqual(meant);
    if (meant && meant !== 'all' && typeof meant === 'object') expect(typedRange(rangeText(meant))).toEqual(meant);
  });
});
