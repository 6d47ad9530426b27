import { forEachRunOf, type PageSet, runCount, runFrom } from '../store/pages/page-set.ts';
import { type Layout, rangeOutline, smallerSide, type View, type Viewport, visibleSpan } from './layout.ts';
import { paintRange } from './marks.ts';
import { type Palette, parseHex } from './palette.ts';
import type { PixelPicture } from './pixel-picture.ts';

export interface SelectionScene {
  readonly layout: Layout;
  readonly view: View;
  readonly viewport: Viewport;
  readonly palette: Palette;
  readonly pages: PageSet;
}

/** Up to this many runs are outlined one by one, and their pages keep their colours; more are a tint. */
const mostOutlines = 3000;
/** Between smaller cells, CSS pixels, there is no room for the outlines of many. */
const outlinedCell = 8;
const mostAmongSmall = 300;
/** How much of a colour lies over a tinted page, of 255. */
const tint = 110;
/** How much of the ground lies over pages that are not what it is about, of 255. */
const veilStrength = 185;

/**
 * Draws what is selected over the pages: at any size, and for any number of runs, in the time that the visible pages
 * take.
 */
export function paintSelection(context: CanvasRenderingContext2D, picture: PixelPicture, scene: SelectionScene): void {
  outline(context, picture, scene, scene.palette.select, []);
}

/** Outlines the pages that a step was about. */
export function paintHighlight(context: CanvasRenderingContext2D, picture: PixelPicture, scene: SelectionScene): void {
  outline(context, picture, scene, scene.palette.step, [5, 3]);
}

/**
 * Draws which pages differ: the others step back behind a veil, and these are outlined as what a step was about is.
 *
 * @param others all pages but these
 */
export function paintDifference(
  context: CanvasRenderingContext2D,
  { veil, marks }: { readonly veil: PixelPicture; readonly marks: PixelPicture },
  scene: SelectionScene,
  others: PageSet,
): void {
  paintLit(context, veil, scene, others);
  outline(context, marks, scene, scene.palette.step, [5, 3]);
}

/** Leaves pages lit, and lets the others step back behind a veil. */
export function paintLit(
  context: CanvasRenderingContext2D,
  veil: PixelPicture,
  scene: Omit<SelectionScene, 'pages'>,
  others: PageSet,
): void {
  const veiled = { ...scene, pages: others };
  paintTint(context, veil, veiled, visibleRuns(veiled), scene.palette.well, veilStrength);
}

function outline(
  context: CanvasRenderingContext2D,
  picture: PixelPicture,
  scene: SelectionScene,
  colour: string,
  dash: number[],
): void {
  const { layout, view } = scene;
  const seen = visibleRuns(scene);
  if (seen.count === 0) return;
  if (runCount(seen) > (smallerSide(layout) < outlinedCell ? mostAmongSmall : mostOutlines)) {
    paintTint(context, picture, scene, seen, colour, tint);
    return;
  }
  const outlines: ReturnType<typeof rangeOutline> = [];
  forEachRunOf(seen, (first, end) => outlines.push(...rangeOutline(first, end - first, layout, view)));
  paintRange(context, outlines, colour, scene.palette.well, dash);
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

/** A tint where a page is in the set. */
function paintTint(
  context: CanvasRenderingContext2D,
  picture: PixelPicture,
  scene: SelectionScene,
  seen: PageSet,
  tone: string,
  strength: number,
): void {
  if (seen.count === 0) return;
  const { layout, view, viewport, pages } = scene;
  const { columns } = layout;
  const span = visibleSpan(layout, view, viewport);
  picture.paint(context, scene, span, [pages, tone, strength], (words) => {
    const [red, green, blue] = parseHex(tone);
    const colour = ((strength << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    const start = span.firstRow * columns;
    words.fill(0);
    forEachRunOf(seen, (first, end) => words.fill(colour, Math.max(0, first - start), Math.max(0, end - start)));
  });
}
