/**
 * Where each page is drawn: pages fill rows from left to right, like lines of text. Pure geometry, in CSS pixels.
 *
 * How many columns there are depends on the number of pages alone: no panel, message or window changes which page is
 * below which. Zooming steps along the same few numbers of columns.
 */
export interface Layout {
  readonly pages: number;
  readonly columns: number;
  readonly rows: number;
  readonly cell: CellSize;
}

/** A cell with the gap around it. Below one device pixel the picture shows density. */
export interface CellSize {
  readonly width: number;
  readonly height: number;
}

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** How far the picture has been scrolled down. It is never wider than its viewport. */
export interface View {
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const topView: View = { y: 0 };

/** The numbers of columns that there are: rows begin at round addresses. */
export const columnLadder = [4, 8, 16, 32, 64, 512] as const;

/** The room that cells are measured against, and the shape that they should have there: wider than high. */
const nominal = { width: 872, height: 620 };
const nominalShape = 1.6;

/** A few pages are drawn no higher than this part of their width: a cell is a sign, not a surface. */
const mostHeight = 0.8;

/**
 * The columns for regions that share one scale: those whose cells come nearest to the shape they should have. They do
 * not depend on the room that there is, but for small pictures, which have a shape of their own.
 */
export function columnsFor(regions: readonly number[], room: Viewport = nominal): number {
  const badness = (columns: number): number => {
    const rows = regions.reduce((sum, pages) => sum + Math.ceil(pages / columns), 0);
    return Math.abs(Math.log(room.width / columns / (room.height / rows) / nominalShape));
  };
  return columnLadder.reduce<number>(
    (best, columns) => (badness(columns) < badness(best) ? columns : best),
    columnLadder[0],
  );
}

/** The next number of columns towards larger cells, or towards smaller ones. */
export function nextColumns(columns: number, closer: boolean): number {
  if (closer) return columnLadder.findLast((each) => each < columns) ?? columns;
  return columnLadder.find((each) => each > columns) ?? columns;
}

/** Whole device pixels, where there is more than one: else outlines would be blurred. */
export function snapped(length: number, devicePixelRatio: number): number {
  const device = length * devicePixelRatio;
  return device >= 1 ? Math.floor(device) / devicePixelRatio : length;
}

export const cellWidth = (columns: number, width: number, devicePixelRatio: number): number =>
  snapped(Math.max(1, width) / columns, devicePixelRatio);

/** As high as rows may be that have `height` together. */
export function cellHeight(rows: number, height: number, width: number, devicePixelRatio: number): number {
  return snapped(Math.min(width * mostHeight, Math.max(1, height) / Math.max(1, rows)), devicePixelRatio);
}

/** All pages in the viewport. */
export function wholeLayout(pages: number, columns: number, viewport: Viewport, devicePixelRatio: number): Layout {
  const rows = Math.ceil(pages / columns);
  const width = cellWidth(columns, viewport.width, devicePixelRatio);
  return { pages, columns, rows, cell: { width, height: cellHeight(rows, viewport.height, width, devicePixelRatio) } };
}

/** Cells of a size to work with, of which the viewport may show only some rows. */
export function zoomedLayout(pages: number, columns: number, viewport: Viewport, devicePixelRatio: number): Layout {
  const whole = wholeLayout(pages, columns, viewport, devicePixelRatio);
  const height = Math.max(whole.cell.height, snapped(whole.cell.width / nominalShape, devicePixelRatio));
  return { ...whole, cell: { ...whole.cell, height } };
}

export const smallerSide = ({ cell }: Layout): number => Math.min(cell.width, cell.height);

export const pictureHeight = ({ rows, cell }: Layout): number => rows * cell.height;

/** Keeps the view inside the picture. */
export function clampView(view: View, layout: Layout, viewport: Viewport): View {
  return { y: Math.min(Math.max(0, pictureHeight(layout) - viewport.height), Math.max(0, view.y)) };
}

/** The page under a point of the viewport. */
export function pageAt(point: Point, layout: Layout, view: View): number | undefined {
  const column = Math.floor(point.x / layout.cell.width);
  const row = Math.floor((point.y + view.y) / layout.cell.height);
  if (column < 0 || column >= layout.columns || row < 0) return undefined;
  const page = row * layout.columns + column;
  return page < layout.pages ? page : undefined;
}

/** The page nearest to a point: a drag that leaves the picture still ends somewhere. */
export function nearestPage(point: Point, layout: Layout, view: View): number {
  const within = (value: number, most: number) => Math.min(most - 1, Math.max(0, Math.floor(value)));
  const column = within(point.x / layout.cell.width, layout.columns);
  const row = within((point.y + view.y) / layout.cell.height, layout.rows);
  return Math.min(layout.pages - 1, row * layout.columns + column);
}

/** The top left corner of a page's cell in the viewport. */
export function cellOrigin(page: number, { columns, cell }: Layout, view: View): Point {
  return { x: (page % columns) * cell.width, y: Math.floor(page / columns) * cell.height - view.y };
}

/** The rows that are seen at least in part. */
export interface Span {
  readonly firstRow: number;
  readonly lastRow: number;
}

export function visibleSpan(layout: Layout, view: View, viewport: Viewport): Span {
  const { height } = layout.cell;
  return {
    firstRow: Math.max(0, Math.floor(view.y / height)),
    lastRow: Math.min(layout.rows, Math.ceil((view.y + viewport.height) / height)) - 1,
  };
}

/** Moves the view as little as needed for a page to be seen whole. */
export function reveal(page: number, layout: Layout, view: View, viewport: Viewport): View {
  const { y } = cellOrigin(page, layout, view);
  const shift = y < 0 ? y : Math.max(0, y + layout.cell.height - viewport.height);
  return clampView({ y: view.y + shift }, layout, viewport);
}

/**
 * The outline of consecutive pages, as closed polygons in viewport coordinates: they cover whole rows and parts of two.
 */
export function rangeOutline(firstPage: number, pageCount: number, layout: Layout, view: View): Point[][] {
  const { columns, cell } = layout;
  const lastPage = Math.min(layout.pages, firstPage + pageCount) - 1;
  const at = (column: number, row: number): Point => ({ x: column * cell.width, y: row * cell.height - view.y });
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

/** Where pages from `page` on begin: the line between the page before and it, across the whole width. */
export function boundaryLine(page: number, { columns, cell }: Layout, view: View): Point[] {
  const [column, row] = [page % columns, Math.floor(page / columns)];
  const [x, y] = [column * cell.width, row * cell.height - view.y];
  const line = [
    { x, y },
    { x: columns * cell.width, y },
  ];
  return column === 0 ? line : [{ x: 0, y: y + cell.height }, { x, y: y + cell.height }, ...line];
}
