import { PageFlag, type PageState } from '../../protocol/flags.ts';
import type { Flash } from './flash.ts';
import { cellOrigin, type Layout, type Span, smallerSide, type View, type Viewport, visibleSpan } from './layout.ts';
import { colourTable, cssOf, dimmed, flashTable, isPicked, type LegendEntry, type Palette } from './palette.ts';
import type { PixelPicture } from './pixel-picture.ts';
import { gapOf, insetOf, radiusOf, type Sprites, spriteCell } from './sprites.ts';

/** Below this size, in CSS pixels, cells are pixels of a picture. */
const pixelCell = 3;
/** From these sizes on, a cell has room for its page number, and for words beside it. */
const numberedCell = { width: 24, height: 20 };
const wordedCell = { width: 72, height: 40 };

/** What a cell says of its page besides the number: how much, and the longest of all. */
export interface CellWords {
  readonly text: (page: number) => string | undefined;
  /** From 0 to 1: the length of the bar below the words. */
  readonly share: (page: number) => number;
}

/** Everything that one drawing of the pages needs. */
export interface Scene {
  readonly layout: Layout;
  readonly view: View;
  readonly viewport: Viewport;
  readonly palette: Palette;
  readonly sprites: Sprites | undefined;
  readonly states: readonly PageState[];
  readonly flags: Uint8Array;
  /** How often each byte occurs in `flags`, which change in place: another object with every change. */
  readonly bins: Uint32Array;
  readonly filter: LegendEntry | undefined;
  /** What the last steps have changed. Undefined when that is nothing. */
  readonly flash: Flash | undefined;
  readonly pageNumber: (page: number) => string;
  readonly words?: CellWords | undefined;
}

/** Draws the pages that are seen, by the one of three ways that suits their size. */
export function paintPages(context: CanvasRenderingContext2D, picture: PixelPicture, scene: Scene): void {
  const { layout, view, viewport, flags } = scene;
  if (flags.length !== layout.pages) return;
  const side = smallerSide(layout);
  const span = visibleSpan(layout, view, viewport);
  if (span.lastRow < span.firstRow) return;
  if (side < pixelCell) paintPixels(context, picture, scene, span);
  else if (side < spriteCell || !scene.sprites) paintBlocks(context, scene, span);
  else paintSprites(context, scene, scene.sprites, span);
}

/** One pixel per page. What has just changed is here one brightness. */
function paintPixels(context: CanvasRenderingContext2D, picture: PixelPicture, scene: Scene, span: Span): void {
  const { layout, flags, bins, palette, filter, flash } = scene;
  picture.paint(context, scene, span, [flags, bins, palette, filter, flash?.first], (words) => {
    const { columns } = layout;
    const table = colourTable(palette, scene.states, filter);
    const bright = flashTable(table, palette);
    const { changedBy, first = 0 } = flash ?? {};
    const [start, end] = [span.firstRow * columns, Math.min(layout.pages, (span.lastRow + 1) * columns)];
    for (let page = start; page < end; page++) {
      const byte = flags[page] ?? 0;
      words[page - start] = (changedBy && (changedBy[page] ?? 0) >= first ? bright : table)[byte] ?? 0;
    }
    // Beyond the last page.
    words.fill(0, end - start);
  });
}

/** Plain rectangles, one for each run of equal pages in a row, then the gaps drawn over them. */
function paintBlocks(context: CanvasRenderingContext2D, scene: Scene, span: Span): void {
  const { layout, view, flags, palette, flash } = scene;
  const { columns, cell } = layout;
  const table = Array.from(colourTable(palette, scene.states, scene.filter), cssOf);
  for (let row = span.firstRow; row <= span.lastRow; row++) {
    const start = row * columns;
    const end = Math.min(layout.pages, start + columns);
    const y = row * cell.height - view.y;
    for (let page = start; page < end; ) {
      const byte = flags[page] ?? 0;
      const first = page;
      while (page < end && flags[page] === byte) page++;
      context.fillStyle = table[byte] ?? palette.well;
      context.fillRect((first - start) * cell.width, y, (page - first) * cell.width, cell.height);
    }
  }
  if (flash) paintRims(context, scene, span, flash);
  const gap = Math.min(1, gapOf(smallerSide(layout)) || 0.5);
  context.fillStyle = palette.well;
  const [top, bottom] = [span.firstRow * cell.height - view.y, (span.lastRow + 1) * cell.height - view.y];
  for (let column = 1; column <= columns; column++) {
    context.fillRect(column * cell.width - gap, top, gap, bottom - top);
  }
  for (let row = span.firstRow + 1; row <= span.lastRow + 1; row++) {
    context.fillRect(0, row * cell.height - view.y - gap, columns * cell.width, gap);
  }
}

function paintSprites(context: CanvasRenderingContext2D, scene: Scene, sprites: Sprites, span: Span): void {
  const { layout, view, flags, palette, states, filter } = scene;
  const { cell } = layout;
  const gap = gapOf(smallerSide(layout));
  const [width, height] = [cell.width - gap, cell.height - gap];
  // Whole pixels: of an odd gap more lies after the cell than before it.
  const inset = insetOf(gap);
  const isHuge = (page: number) => (flags[page] ?? 0) & PageFlag.Huge && states[flags[page] ?? 0] === 'huge';
  forEachVisible(layout, span, (page, column) => {
    const { x, y } = cellOrigin(page, layout, view);
    const byte = flags[page] ?? 0;
    const state = states[byte] ?? 'unknown';
    context.globalAlpha = isPicked(filter, byte, state) ? 1 : dimmed;
    if (state !== 'huge') {
      context.drawImage(sprites(state), x + inset, y + inset, width, height);
      return;
    }
    // Cells of a huge page are joined to their neighbours: it is one page to the processor.
    const joined = column + 1 < layout.columns && isHuge(page + 1);
    const before = column > 0 && isHuge(page - 1);
    const [above, below] = [isHuge(page - layout.columns), isHuge(page + layout.columns)];
    // Half a pixel into the neighbour, or a seam would show between them.
    const left = before ? x - 0.5 : x + inset;
    const right = joined ? x + cell.width + 0.5 : x + inset + width;
    const top = above ? y - 0.5 : y + inset;
    const bottom = below ? y + cell.height + 0.5 : y + inset + height;
    context.fillStyle = palette.fill.huge;
    context.fillRect(left, top, right - left, bottom - top);
  });
  context.globalAlpha = 1;
  if (scene.flash) paintRims(context, scene, span, scene.flash);
  forEachVisible(layout, span, (page) => {
    const byte = flags[page] ?? 0;
    if (!(byte & PageFlag.DontDump)) return;
    const { x, y } = cellOrigin(page, layout, view);
    context.globalAlpha = isPicked(filter, byte, states[byte] ?? 'unknown') ? 1 : dimmed;
    context.drawImage(sprites('dont-dump'), x + inset, y + inset, width, height);
  });
  context.globalAlpha = 1;
  if (cell.width >= numberedCell.width && cell.height >= numberedCell.height) paintNumbers(context, scene, span);
}

/** What the last steps have changed has a rim, which fades from step to step. */
function paintRims(
  context: CanvasRenderingContext2D,
  { layout, view, palette }: Scene,
  span: Span,
  flash: Flash,
): void {
  const side = smallerSide(layout);
  const gap = gapOf(side);
  const line = side >= 40 ? 2.5 : side >= 16 ? 2 : 1;
  context.strokeStyle = palette.changed;
  context.lineWidth = line;
  forEachVisible(layout, span, (page) => {
    const strength = flash.strength(page);
    if (strength <= 0) return;
    const { x, y } = cellOrigin(page, layout, view);
    context.globalAlpha = 0.95 * strength;
    context.beginPath();
    const inset = insetOf(gap) + line / 2;
    const [width, height] = [layout.cell.width - gap - line, layout.cell.height - gap - line];
    context.roundRect(x + inset, y + inset, width, height, radiusOf(side));
    context.stroke();
  });
  context.globalAlpha = 1;
}

function paintNumbers(context: CanvasRenderingContext2D, scene: Scene, span: Span): void {
  const { layout, view, palette, states, flags, words } = scene;
  const { cell } = layout;
  const worded = cell.width >= wordedCell.width && cell.height >= wordedCell.height;
  const inset = gapOf(smallerSide(layout)) / 2 + (worded ? 7 : 4);
  context.font = `500 ${worded ? 11.5 : 10}px "JetBrains Mono Variable", monospace`;
  forEachVisible(layout, span, (page) => {
    const { x, y } = cellOrigin(page, layout, view);
    const byte = flags[page] ?? 0;
    const state = states[byte] ?? 'unknown';
    context.fillStyle = palette.ink[state];
    context.globalAlpha = isPicked(scene.filter, byte, state) ? 1 : 0.4;
    context.textBaseline = 'top';
    const number = scene.pageNumber(page);
    if (worded || number.length * 6 < cell.width - 2 * inset) context.fillText(number, x + inset, y + inset);
    const text = worded ? words?.text(page) : undefined;
    if (text === undefined || !words) return;
    context.textBaseline = 'bottom';
    context.fillText(text, x + inset, y + cell.height - inset - 3);
    context.globalAlpha *= 0.85;
    context.fillRect(x + inset, y + cell.height - inset - 1, words.share(page) * (cell.width - 2 * inset), 2);
  });
  context.globalAlpha = 1;
}

function forEachVisible(layout: Layout, span: Span, each: (page: number, column: number) => void): void {
  for (let row = span.firstRow; row <= span.lastRow; row++) {
    for (let column = 0; column < layout.columns; column++) {
      const page = row * layout.columns + column;
      if (page >= layout.pages) return;
      each(page, column);
    }
  }
}
