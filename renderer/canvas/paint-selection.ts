import { forEachRunOf, type PageSet, runCount, runFrom } from '../store/page-set.ts';
import { cellSize, type Layout, rangeOutline, type View, type Viewport, visibleSpan } from './layout.ts';
import { paintRange } from './marks.ts';
import { type Palette, parseHex } from './palette.ts';

export interface SelectionScene {
  readonly layout: Layout;
  readonly view: View;
  readonly viewport: Viewport;
  readonly palette: Palette;
  readonly pages: PageSet;
}

/** Up to so many runs are outlined one by one; more are a tint. */
const mostOutlines = 300;
/** How much of the selection's colour lies over a tinted page, of 255. */
const tint = 150;

/** Draws what is selected over the pages: at any size, and for any number of runs, in the time that the visible pages take. */
export function paintSelection(
  context: CanvasRenderingContext2D,
  scratch: OffscreenCanvas,
  scene: SelectionScene,
): void {
  const { layout, view, palette } = scene;
  const seen = visibleRuns(scene);
  if (seen.count === 0) return;
  if (runCount(seen) > mostOutlines) {
    paintTint(context, scratch, scene, seen);
    return;
  }
  const outlines: ReturnType<typeof rangeOutline> = [];
  forEachRunOf(seen, (first, end) => outlines.push(...rangeOutline(first, end - first, layout, view)));
  paintRange(context, outlines, palette.select, []);
}

/** The runs that lie in the visible rows; those at their ends whole, so that their outlines are closed out of sight. */
function visibleRuns({ layout, view, viewport, pages }: SelectionScene): PageSet {
  const { firstRow, lastRow } = visibleSpan(layout, view, viewport);
  const from = runFrom(pages, firstRow * layout.columns);
  const end = runFrom(pages, (lastRow + 1) * layout.columns);
  const reaches = (pages.runs[end] ?? layout.pages) < (lastRow + 1) * layout.columns;
  const runs = pages.runs.slice(from, reaches ? end + 2 : end);
  return { runs, count: runs.length };
}

/** One pixel per page, scaled to the cells: a tint where a page is selected. */
function paintTint(
  context: CanvasRenderingContext2D,
  scratch: OffscreenCanvas,
  { layout, view, viewport, palette }: SelectionScene,
  seen: PageSet,
): void {
  const { firstRow, lastRow } = visibleSpan(layout, view, viewport);
  const { columns } = layout;
  const rows = lastRow - firstRow + 1;
  scratch.width = columns;
  scratch.height = rows;
  const picture = scratch.getContext('2d');
  if (!picture) return;
  const image = picture.createImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  const [red, green, blue] = parseHex(palette.select);
  const colour = ((tint << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  const start = firstRow * columns;
  forEachRunOf(seen, (first, end) => words.fill(colour, Math.max(0, first - start), Math.max(0, end - start)));
  picture.putImageData(image, 0, 0);
  const cell = cellSize(layout, view);
  context.imageSmoothingEnabled = cell * context.getTransform().a < 1;
  context.imageSmoothingQuality = 'high';
  context.drawImage(scratch, -view.x, firstRow * cell - view.y, columns * cell, rows * cell);
}
