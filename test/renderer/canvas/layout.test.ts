import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellOrigin,
  cellSize,
  clampView,
  fitLayout,
  nearestPage,
  pageAt,
  rangeOutline,
  reveal,
  visibleSpan,
  wholeView,
  zoomAt,
} from '../../../renderer/canvas/layout.ts';

const viewport = { width: 760, height: 400 };

const anyLayout = fc
  .record({
    pages: fc.integer({ min: 1, max: 1 << 20 }),
    width: fc.integer({ min: 40, max: 2500 }),
    height: fc.integer({ min: 40, max: 1400 }),
    scale: fc.constantFrom(1, 1.25, 2),
  })
  .map(({ pages, width, height, scale }) => ({
    viewport: { width, height },
    layout: fitLayout(pages, { width, height }, scale),
  }));

describe('the layout that fits', () => {
  it('shows every page inside the viewport', () => {
    fc.assert(
      fc.property(anyLayout, ({ layout, viewport }) => {
        expect(layout.columns * layout.rows).toBeGreaterThanOrEqual(layout.pages);
        expect((layout.rows - 1) * layout.columns).toBeLessThan(layout.pages);
        expect(layout.columns * layout.cell).toBeLessThanOrEqual(viewport.width + 1e-6);
        expect(layout.rows * layout.cell).toBeLessThanOrEqual(viewport.height + 1e-6);
      }),
    );
  });

  it('puts four pages in one row of large cells', () => {
    expect(fitLayout(4, viewport, 1)).toMatchObject({ columns: 4, rows: 1, cell: 112 });
  });

  it('puts 64 pages in even rows', () => {
    const { columns, rows } = fitLayout(64, viewport, 1);
    expect(columns * rows).toBe(64);
  });

  it('uses most of the viewport for thousands of pages', () => {
    const { columns, rows, cell } = fitLayout(4096, viewport, 1);
    expect((columns * rows * cell * cell) / (viewport.width * viewport.height)).toBeGreaterThan(0.75);
  });

  it('goes below a pixel when there are more pages than pixels', () => {
    expect(fitLayout(1 << 20, viewport, 1).cell).toBeLessThan(1);
  });

  it('has cells of whole device pixels where they have more than one', () => {
    const { cell } = fitLayout(4096, viewport, 1.25);
    expect(cell * 1.25).toBeCloseTo(Math.round(cell * 1.25));
  });
});

it('a picture smaller than the viewport stands at whole pixels, or all its outlines would be blurred', () => {
  const layout = { pages: 6, columns: 3, rows: 2, cell: 11 };
  const { x, y } = clampView(wholeView, layout, { width: 100, height: 51 });
  expect([x, y]).toEqual([-33, -14]);
});

describe('finding pages', () => {
  it('finds every visible page at the centre of its cell', () => {
    fc.assert(
      fc.property(anyLayout, fc.double({ min: 0, max: 1, noNaN: true }), ({ layout, viewport }, share) => {
        const view = clampView(wholeView, layout, viewport);
        const page = Math.min(layout.pages - 1, Math.floor(share * layout.pages));
        const { x, y } = cellOrigin(page, layout, view);
        const half = cellSize(layout, view) / 2;
        expect(pageAt({ x: x + half, y: y + half }, layout, view)).toBe(page);
      }),
    );
  });

  it('finds no page beside the picture or the last row, and the nearest one for a drag', () => {
    const layout = { pages: 10, columns: 4, rows: 3, cell: 10 };
    for (const [x, y] of [
      [35, 25],
      [41, 5],
      [-1, 15],
      [5, -1],
      [5, 31],
    ] as const)
      expect(pageAt({ x, y }, layout, wholeView), `${x}, ${y}`).toBeUndefined();
    expect(nearestPage({ x: 500, y: 500 }, layout, wholeView)).toBe(9);
    expect(nearestPage({ x: -5, y: -5 }, layout, wholeView)).toBe(0);
  });
});

describe('zooming', () => {
  const layout = fitLayout(4096, viewport, 1);
  const start = clampView(wholeView, layout, viewport);

  it('keeps the page under the pointer where it is', () => {
    const at = { x: 300, y: 200 };
    const page = pageAt(at, layout, start);
    expect(pageAt(at, layout, zoomAt(start, 4, at, layout, viewport))).toBe(page);
  });

  it('never goes below the whole picture, nor out of it', () => {
    const out = zoomAt(start, 0.1, { x: 0, y: 0 }, layout, viewport);
    expect(out).toEqual(start);
    const far = clampView({ zoom: 4, x: 1e9, y: 1e9 }, layout, viewport);
    expect(pageAt({ x: 0, y: viewport.height / 2 }, layout, far)).toBeDefined();
  });

  it('brings a page into sight with the least movement', () => {
    const near = zoomAt(start, 8, { x: 0, y: 0 }, layout, viewport);
    const view = reveal(4095, layout, near, viewport);
    const { x, y } = cellOrigin(4095, layout, view);
    expect(x).toBeGreaterThanOrEqual(0);
    expect(y + cellSize(layout, view)).toBeLessThanOrEqual(viewport.height + 1e-6);
    expect(reveal(4095, layout, view, viewport)).toEqual(view);
  });

  it('draws only the cells that are seen', () => {
    const near = zoomAt(start, 8, { x: 100, y: 100 }, layout, viewport);
    const { firstRow, lastRow, firstColumn, lastColumn } = visibleSpan(layout, near, viewport);
    const cells = (lastRow - firstRow + 1) * (lastColumn - firstColumn + 1);
    expect(cells).toBeLessThan(4096 / 16);
    expect(cells).toBeGreaterThan(0);
  });
});

describe('the outline of a range', () => {
  const layout = { pages: 40, columns: 10, rows: 4, cell: 1 };

  it('is one box within a row', () => {
    expect(rangeOutline(12, 3, layout, wholeView)).toEqual([
      [
        { x: 2, y: 1 },
        { x: 5, y: 1 },
        { x: 5, y: 2 },
        { x: 2, y: 2 },
      ],
    ]);
  });

  it('is two boxes where the ends of two rows do not touch', () => {
    expect(rangeOutline(8, 4, layout, wholeView)).toHaveLength(2);
  });

  it('covers as much area as it has pages', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 39 }), fc.integer({ min: 1, max: 40 }), (first, count) => {
        const pages = Math.min(40, first + count) - first;
        const area = rangeOutline(first, count, layout, wholeView)
          .map((polygon) =>
            polygon.reduce((sum, { x, y }, index) => {
              const next = polygon[(index + 1) % polygon.length] ?? { x, y };
              return sum + x * next.y - next.x * y;
            }, 0),
          )
          .reduce((sum, twice) => sum + Math.abs(twice) / 2, 0);
        expect(area).toBe(pages);
      }),
    );
  });
});
