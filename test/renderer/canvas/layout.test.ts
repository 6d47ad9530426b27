import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundaryLine,
  cellOrigin,
  clampView,
  columnLadder,
  columnsFor,
  type Layout,
  nearestPage,
  nextColumns,
  pageAt,
  pictureHeight,
  rangeOutline,
  reveal,
  topView,
  visibleSpan,
  wholeLayout,
  zoomedLayout,
} from '../../../renderer/canvas/layout.ts';

const viewport = { width: 872, height: 620 };

const anyLayout = fc
  .record({
    pages: fc.integer({ min: 1, max: 1 << 20 }),
    width: fc.integer({ min: 40, max: 2500 }),
    height: fc.integer({ min: 40, max: 1400 }),
    scale: fc.constantFrom(1, 1.25, 2),
  })
  .map(({ pages, width, height, scale }) => ({
    viewport: { width, height },
    layout: wholeLayout(pages, columnsFor([pages]), { width, height }, scale),
  }));

describe('the columns', () => {
  it('of a small picture are those of its own shape', () => {
    expect(columnsFor([16], { width: 720, height: 36 })).toBe(16);
    expect(columnsFor([64], { width: 166, height: 116 })).toBe(8);
  });

  it('are those whose cells come nearest to 1.6 to 1, by the number of pages alone', () => {
    const wanted = { 1: 4, 16: 4, 20: 4, 64: 8, 128: 8, 256: 16, 1024: 32, 4096: 64, 65536: 512, 1048576: 512 };
    for (const [pages, columns] of Object.entries(wanted)) expect(columnsFor([Number(pages)]), pages).toBe(columns);
  });

  it('are shared by regions, whose rows stand below each other', () => {
    expect(columnsFor([16, 16, 16, 16, 16])).toBe(8);
  });

  it('are stepped along when cells are made larger, to both ends', () => {
    const closer = columnLadder.toReversed().map((columns) => nextColumns(columns, true));
    expect(closer).toEqual([64, 32, 16, 8, 4, 4]);
    expect(columnLadder.map((columns) => nextColumns(columns, false))).toEqual([8, 16, 32, 64, 512, 512]);
  });
});

describe('the layout of all pages', () => {
  it('shows every page inside the viewport', () => {
    fc.assert(
      fc.property(anyLayout, ({ layout, viewport }) => {
        expect(layout.columns * layout.rows).toBeGreaterThanOrEqual(layout.pages);
        expect((layout.rows - 1) * layout.columns).toBeLessThan(layout.pages);
        expect(layout.columns * layout.cell.width).toBeLessThanOrEqual(viewport.width + 1e-6);
        expect(pictureHeight(layout)).toBeLessThanOrEqual(viewport.height + 1e-6);
      }),
    );
  });

  it('has cells that are no higher than wide where there are few', () => {
    expect(wholeLayout(4, 4, viewport, 1)).toMatchObject({ rows: 1, cell: { width: 218, height: 174 } });
  });

  it('uses most of the viewport for 64 and for thousands of pages', () => {
    for (const pages of [64, 4096]) {
      const { columns, rows, cell } = wholeLayout(pages, columnsFor([pages]), viewport, 1);
      const share = (columns * rows * cell.width * cell.height) / (viewport.width * viewport.height);
      expect(share, `${pages} pages`).toBeGreaterThan(0.85);
    }
  });

  it('goes below a pixel when there are more rows than pixels', () => {
    expect(wholeLayout(1 << 20, 512, viewport, 1).cell.height).toBeLessThan(1);
  });

  it('has cells of whole device pixels where they have more than one', () => {
    const { cell } = wholeLayout(4096, 64, viewport, 1.25);
    expect(cell.width * 1.25).toBeCloseTo(Math.round(cell.width * 1.25));
    expect(cell.height * 1.25).toBeCloseTo(Math.round(cell.height * 1.25));
  });
});

describe('finding pages', () => {
  it('finds every visible page at the centre of its cell', () => {
    fc.assert(
      fc.property(anyLayout, fc.double({ min: 0, max: 1, noNaN: true }), ({ layout }, share) => {
        const page = Math.min(layout.pages - 1, Math.floor(share * layout.pages));
        const { x, y } = cellOrigin(page, layout, topView);
        const at = { x: x + layout.cell.width / 2, y: y + layout.cell.height / 2 };
        expect(pageAt(at, layout, topView)).toBe(page);
      }),
    );
  });

  it('finds no page beside the picture or the last row, and the nearest one for a drag', () => {
    const layout: Layout = { pages: 10, columns: 4, rows: 3, cell: { width: 10, height: 5 } };
    for (const [x, y] of [
      [35, 12],
      [41, 2],
      [-1, 7],
      [5, -1],
      [5, 16],
    ] as const)
      expect(pageAt({ x, y }, layout, topView), `${x}, ${y}`).toBeUndefined();
    expect(nearestPage({ x: 500, y: 500 }, layout, topView)).toBe(9);
    expect(nearestPage({ x: -5, y: -5 }, layout, topView)).toBe(0);
  });
});

describe('larger cells', () => {
  const layout = zoomedLayout(4096, 16, viewport, 1);

  it('have a height to work with, and their rows are scrolled', () => {
    expect(layout.cell).toEqual({ width: 54, height: 33 });
    expect(pictureHeight(layout)).toBeGreaterThan(viewport.height);
    expect(clampView({ y: 1e9 }, layout, viewport).y).toBe(pictureHeight(layout) - viewport.height);
    expect(clampView({ y: -5 }, layout, viewport)).toEqual(topView);
  });

  it('brings a page into sight with the least movement', () => {
    const view = reveal(4095, layout, topView, viewport);
    const { y } = cellOrigin(4095, layout, view);
    expect(y + layout.cell.height).toBe(viewport.height);
    expect(reveal(4095, layout, view, viewport)).toEqual(view);
  });

  it('draws only the rows that are seen', () => {
    expect(visibleSpan(layout, { y: 40 }, viewport)).toEqual({ firstRow: 1, lastRow: 19 });
  });
});

describe('the outline of a range', () => {
  const layout: Layout = { pages: 40, columns: 10, rows: 4, cell: { width: 2, height: 1 } };

  it('is one box within a row', () => {
    expect(rangeOutline(12, 3, layout, topView)).toEqual([
      [
        { x: 4, y: 1 },
        { x: 10, y: 1 },
        { x: 10, y: 2 },
        { x: 4, y: 2 },
      ],
    ]);
  });

  it('is two boxes where the ends of two rows do not touch', () => {
    expect(rangeOutline(8, 4, layout, topView)).toHaveLength(2);
  });

  it('covers as much area as it has pages', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 39 }), fc.integer({ min: 1, max: 40 }), (first, count) => {
        const pages = Math.min(40, first + count) - first;
        const area = rangeOutline(first, count, layout, topView)
          .map((polygon) =>
            polygon.reduce((sum, { x, y }, index) => {
              const next = polygon[(index + 1) % polygon.length] ?? { x, y };
              return sum + x * next.y - next.x * y;
            }, 0),
          )
          .reduce((sum, twice) => sum + Math.abs(twice) / 2, 0);
        expect(area).toBe(pages * 2);
      }),
    );
  });

  it('and the line where pages begin goes down between two of a row, and along it', () => {
    expect(boundaryLine(20, layout, topView)).toEqual([
      { x: 0, y: 2 },
      { x: 20, y: 2 },
    ]);
    expect(boundaryLine(23, layout, topView)).toEqual([
      { x: 0, y: 3 },
      { x: 6, y: 3 },
      { x: 6, y: 2 },
      { x: 20, y: 2 },
    ]);
  });
});
