/**
 * Where each page is drawn: pages fill rows from left to right, like lines of text. Pure geometry, in CSS pixels.
 *
 * A `Layout` is how many columns there are and how large a cell is when everything fits; a `View` is the part of it
 * that is seen.
 */
export interface Layout {
  readonly pages: number;
  readonly columns: number;
  readonly rows: number;
  /** The side of a cell at zoom 1. Below one device pixel the picture shows density. */
  readonly cell: number;
}

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

export interface View {
  /** 1 shows all pages. */
  readonly zoom: number;
  /** The point of the picture at the viewport's top left corner. */
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const wholeView: View = { zoom: 1, x: 0, y: 0 };

/** A few pages are drawn this large and no larger: a cell is a sign, not a surface. */
export const largestFitCell = 112;
/** As far as one can zoom in. */
const largestCell = 128;

/**
 * Column counts worth having: short rows of any length, then multiples of 4, 8 and 16, so that rows begin at round
 * addresses.
 */
function columnCandidates(pages: number, most: number): number[] {
  const candidates: number[] = [];
  const after = (columns: number) => columns + (columns < 8 ? 1 : columns < 32 ? 4 : columns < 128 ? 8 : 16);
  for (let columns = 1; columns <= Math.min(pages, most); columns = after(columns)) candidates.push(columns);
  return candidates;
}

/** How much a column count is liked beyond the size of cell that it allows. */
function liking(columns: number, pages: number): number {
  const powerOfTwo = (columns & (columns - 1)) === 0;
  // With few pages one sees a ragged last row; with many, only whether the space is used.
  const even = pages % columns === 0 && pages <= 1024;
  return (powerOfTwo ? 1.12 : 1) * (even ? 1.3 : 1);
}

/** The layout that fills the viewport best, with cells of whole device pixels where a cell has more than one. */
export function fitLayout(pages: number, viewport: Viewport, devicePixelRatio: number): Layout {
  const width = Math.max(1, viewport.width);
  const height = Math.max(1, viewport.height);
  const snap = (cell: number) => {
    const device = cell * devicePixelRatio;
    return device >= 1 ? Math.floor(device) / devicePixelRatio : cell;
  };
  // Cells below a pixel are possible: a row may have more pages than pixels.
  const mostColumns = Math.max(width * devicePixelRatio, Math.ceil(Math.sqrt((pages * width) / height)) + 16);
  let best: Layout = { pages, columns: 1, rows: pages, cell: 0 };
  let bestScore = -1;
  for (const columns of columnCandidates(pages, mostColumns)) {
    const rows = Math.ceil(pages / columns);
    const cell = Math.min(largestFitCell, snap(Math.min(width / columns, height / rows)));
    const score = cell * liking(columns, pages);
    // Of equals the one with more columns: a row of four, not a tower.
    if (score >= bestScore) {
      best = { pages, columns, rows, cell };
      bestScore = score;
    }
  }
  return best;
}

export const cellSize = (layout: Layout, view: View): number => layout.cell * view.zoom;

export const largestZoom = (layout: Layout): number => Math.max(1, largestCell / layout.cell);

/**
 * Keeps the view inside the picture. A picture smaller than the viewport is centred across, at whole pixels, and stands
 * at the top.
 */
export function clampView(view: View, layout: Layout, viewport: Viewport): View {
  const zoom = Math.min(largestZoom(layout), Math.max(1, view.zoom));
  const cell = layout.cell * zoom;
  const clamp = (at: number, picture: number, visible: number, spare: number) =>
    picture <= visible ? -Math.floor((visible - picture) * spare) : Math.min(picture - visible, Math.max(0, at));
  return {
    zoom,
    x: clamp(view.x, layout.columns * cell, viewport.width, 0.5),
    y: clamp(view.y, layout.rows * cell, viewport.height, layout.rows * cell < viewport.height * 0.75 ? 0.5 : 0),
  };
}

/** Zooms by `factor`; what is under `at` stays there. */
export function zoomAt(view: View, factor: number, at: Point, layout: Layout, viewport: Viewport): View {
  const zoom = Math.min(largestZoom(layout), Math.max(1, view.zoom * factor));
  const scale = zoom / view.zoom;
  return clampView({ zoom, x: (view.x + at.x) * scale - at.x, y: (view.y + at.y) * scale - at.y }, layout, viewport);
}

/** The page under a point of the viewport. */
export function pageAt(point: Point, layout: Layout, view: View): number | undefined {
  const cell = cellSize(layout, view);
  const column = Math.floor((point.x + view.x) / cell);
  const row = Math.floor((point.y + view.y) / cell);
  if (column < 0 || column >= layout.columns || row < 0) return undefined;
  const page = row * layout.columns + column;
  return page < layout.pages ? page : undefined;
}

/** The page nearest to a point: a drag that leaves the picture still ends somewhere. */
export function nearestPage(point: Point, layout: Layout, view: View): number {
  const cell = cellSize(layout, view);
  const within = (value: number, most: number) => Math.min(most - 1, Math.max(0, Math.floor(value)));
  const column = within((point.x + view.x) / cell, layout.columns);
  const row = within((point.y + view.y) / cell, layout.rows);
  return Math.min(layout.pages - 1, row * layout.columns + column);
}

/** The top left corner of a page's cell in the viewport. */
export function cellOrigin(page: number, layout: Layout, view: View): Point {
  const cell = cellSize(layout, view);
  return { x: (page % layout.columns) * cell - view.x, y: Math.floor(page / layout.columns) * cell - view.y };
}

/** The rows and columns that are seen at least in part. */
export interface Span {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

export function visibleSpan(layout: Layout, view: View, viewport: Viewport): Span {
  const cell = cellSize(layout, view);
  const first = (offset: number) => Math.max(0, Math.floor(offset / cell));
  const last = (offset: number, visible: number, most: number) =>
    Math.min(most, Math.ceil((offset + visible) / cell)) - 1;
  return {
    firstRow: first(view.y),
    lastRow: last(view.y, viewport.height, layout.rows),
    firstColumn: first(view.x),
    lastColumn: last(view.x, viewport.width, layout.columns),
  };
}

/** Moves the view as little as needed for a page to be seen whole. */
export function reveal(page: number, layout: Layout, view: View, viewport: Viewport): View {
  const cell = cellSize(layout, view);
  const { x, y } = cellOrigin(page, layout, view);
  const shift = (at: number, visible: number) => (at < 0 ? at : Math.max(0, at + cell - visible));
  return clampView(
    { ...view, x: view.x + shift(x, viewport.width), y: view.y + shift(y, viewport.height) },
    layout,
    viewport,
  );
}

/**
 * The outline of consecutive pages, as closed polygons in viewport coordinates: they cover whole rows and parts of two.
 */
export function rangeOutline(firstPage: number, pageCount: number, layout: Layout, view: View): Point[][] {
  const cell = cellSize(layout, view);
  const lastPage = Math.min(layout.pages, firstPage + pageCount) - 1;
  const at = (column: number, row: number): Point => ({ x: column * cell - view.x, y: row * cell - view.y });
  const { columns } = layout;
  const [top, bottom] = [Math.floor(firstPage / columns), Math.floor(lastPage / columns)];
  const [left, right] = [firstPage % columns, (lastPage % columns) + 1];
  const box = (l: number, t: number, r: number, b: number) => [at(l, t), at(r, t), at(r, b), at(l, b)];
  if (top === bottom) return [box(left, top, right, top + 1)];
  if (bottom === top + 1 && right <= left) return [box(left, top, columns, top + 1), box(0, bottom, right, bottom + 1)];
  return [
    [
      at(left, top),
      at(columns, top),
      at(columns, bottom),
      at(right, bottom),
      at(right, bottom + 1),
      at(0, bottom + 1),
      at(0, top + 1),
      at(left, top + 1),
    ],
  ];
}
