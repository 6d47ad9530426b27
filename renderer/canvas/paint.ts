import { PageFlag, type PageState } from '../../protocol/flags.ts';
import type { Flash } from './flash.ts';
import { cellOrigin, cellSize, type Layout, type Span, type View, type Viewport, visibleSpan } from './layout.ts';
import { colourTable, cssOf, dimmed, flashTable, isPicked, type LegendEntry, type Palette } from './palette.ts';
import type { PixelPicture } from './pixel-picture.ts';
import { gapOf, radiusOf, type Sprites, spriteCell } from './sprites.ts';

/** Below this size, in CSS pixels, cells are pixels of a picture. */
const pixelCell = 3;
/** From this size on, a cell has room for its page number. */
const numberedCell = 44;

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
  /** What has just changed. Undefined when nothing has. */
  readonly flash: Flash | undefined;
  readonly pageNumber: (page: number) => string;
}

/** Draws the pages that are seen, by the one of three ways that suits their size. */
export function paintPages(context: CanvasRenderingContext2D, picture: PixelPicture, scene: Scene): void {
  const { layout, view, viewport, flags } = scene;
  if (flags.length !== layout.pages) return;
  const cell = cellSize(layout, view);
  const span = visibleSpan(layout, view, viewport);
  if (span.lastRow < span.firstRow || span.lastColumn < span.firstColumn) return;
  if (cell < pixelCell) paintPixels(context, picture, scene, span);
  else if (cell < spriteCell || !scene.sprites) paintBlocks(context, scene, span);
  else paintSprites(context, scene, scene.sprites, span);
}

/**
 * One pixel per page. The flash is here one brightness as long as it lasts, so that the picture changes when it begins
 * and ends.
 */
function paintPixels(context: CanvasRenderingContext2D, picture: PixelPicture, scene: Scene, span: Span): void {
  const { layout, flags, bins, palette, filter, flash } = scene;
  picture.paint(context, scene, span, [flags, bins, palette, filter, flash?.first], (words) => {
    const columns = span.lastColumn - span.firstColumn + 1;
    const table = colourTable(palette, scene.states, filter);
    const bright = flashTable(table, palette);
    const { changedBy, first = 0 } = flash ?? {};
    for (let row = span.firstRow; row <= span.lastRow; row++) {
      const start = row * layout.columns;
      const end = Math.min(layout.pages, start + span.lastColumn + 1);
      let at = (row - span.firstRow) * columns;
      for (let page = start + span.firstColumn; page < end; page++, at++) {
        const byte = flags[page] ?? 0;
        words[at] = (changedBy && (changedBy[page] ?? 0) >= first ? bright : table)[byte] ?? 0;
      }
      // Beyond the last page.
      words.fill(0, at, (row - span.firstRow + 1) * columns);
    }
  });
}

/** Plain rectangles, one for each run of equal pages in a row, then the gaps drawn over them. */
function paintBlocks(context: CanvasRenderingContext2D, scene: Scene, span: Span): void {
  const { layout, view, flags, palette, flash } = scene;
  const cell = cellSize(layout, view);
  const table = Array.from(colourTable(palette, scene.states, scene.filter), cssOf);
  for (let row = span.firstRow; row <= span.lastRow; row++) {
    const start = row * layout.columns;
    const end = Math.min(layout.pages, start + span.lastColumn + 1);
    const y = row * cell - view.y;
    for (let page = start + span.firstColumn; page < end; ) {
      const byte = flags[page] ?? 0;
      const first = page;
      while (page < end && flags[page] === byte) page++;
      context.fillStyle = table[byte] ?? palette.well;
      context.fillRect((first - start) * cell - view.x, y, (page - first) * cell, cell);
    }
  }
  if (flash) paintFlash(context, scene, span, flash);
  const gap = Math.min(1, gapOf(cell) || 0.5);
  context.fillStyle = palette.well;
  const [left, top] = [span.firstColumn * cell - view.x, span.firstRow * cell - view.y];
  const [right, bottom] = [(span.lastColumn + 1) * cell - view.x, (span.lastRow + 1) * cell - view.y];
  for (let column = span.firstColumn + 1; column <= span.lastColumn + 1; column++) {
    context.fillRect(column * cell - view.x - gap, top, gap, bottom - top);
  }
  for (let row = span.firstRow + 1; row <= span.lastRow + 1; row++) {
    context.fillRect(left, row * cell - view.y - gap, right - left, gap);
  }
}

function paintSprites(context: CanvasRenderingContext2D, scene: Scene, sprites: Sprites, span: Span): void {
  const { layout, view, flags, palette, states, filter } = scene;
  const cell = cellSize(layout, view);
  const gap = gapOf(cell);
  const side = cell - gap;
  const isHuge = (page: number) => (flags[page] ?? 0) & PageFlag.Huge && states[flags[page] ?? 0] === 'huge';
  forEachVisible(layout, span, (page, column) => {
    const { x, y } = cellOrigin(page, layout, view);
    const byte = flags[page] ?? 0;
    const state = states[byte] ?? 'unknown';
    context.globalAlpha = isPicked(filter, byte, state) ? 1 : dimmed;
    if (state !== 'huge') {
      context.drawImage(sprites[state], x + gap / 2, y + gap / 2, side, side);
      return;
    }
    // Cells of a huge page are joined to their neighbours: it is one page to the processor.
    const joined = column + 1 < layout.columns && isHuge(page + 1);
    const before = column > 0 && isHuge(page - 1);
    const radius = radiusOf(cell);
    // Half a pixel into the neighbour, or a seam would show between them.
    const left = before ? x - 0.5 : x + gap / 2;
    const right = joined ? x + cell + 0.5 : x + cell - gap / 2;
    const [start, end] = [before ? 0 : radius, joined ? 0 : radius];
    context.fillStyle = palette.fill.huge;
    context.beginPath();
    context.roundRect(left, y + gap / 2, right - left, side, [start, end, end, start]);
    context.fill();
  });
  context.globalAlpha = 1;
  if (scene.flash) paintFlash(context, scene, span, scene.flash);
  forEachVisible(layout, span, (page) => {
    const byte = flags[page] ?? 0;
    if (!(byte & PageFlag.DontDump)) return;
    const { x, y } = cellOrigin(page, layout, view);
    context.globalAlpha = isPicked(filter, byte, states[byte] ?? 'unknown') ? 1 : dimmed;
    context.drawImage(sprites['dont-dump'], x + gap / 2, y + gap / 2, side, side);
  });
  context.globalAlpha = 1;
  if (cell >= numberedCell) paintNumbers(context, scene, span);
}

function paintFlash(
  context: CanvasRenderingContext2D,
  { layout, view, palette }: Scene,
  span: Span,
  flash: Flash,
): void {
  const cell = cellSize(layout, view);
  const gap = gapOf(cell);
  context.fillStyle = palette.flash;
  forEachVisible(layout, span, (page) => {
    const strength = flash.strength(page);
    if (strength <= 0) return;
    const { x, y } = cellOrigin(page, layout, view);
    context.globalAlpha = 0.75 * strength;
    context.beginPath();
    context.roundRect(x + gap / 2, y + gap / 2, cell - gap, cell - gap, radiusOf(cell));
    context.fill();
  });
  context.globalAlpha = 1;
}

function paintNumbers(context: CanvasRenderingContext2D, scene: Scene, span: Span): void {
  const { layout, view, palette, states, flags } = scene;
  const cell = cellSize(layout, view);
  context.font = `500 ${cell >= 72 ? 12 : 11}px "JetBrains Mono Variable", monospace`;
  context.textBaseline = 'bottom';
  forEachVisible(layout, span, (page) => {
    const { x, y } = cellOrigin(page, layout, view);
    const byte = flags[page] ?? 0;
    const state = states[byte] ?? 'unknown';
    context.fillStyle = numberColour(palette, state);
    context.globalAlpha = isPicked(scene.filter, byte, state) ? 1 : 0.4;
    context.fillText(scene.pageNumber(page), x + gapOf(cell) / 2 + 7, y + cell - gapOf(cell) / 2 - 4);
  });
  context.globalAlpha = 1;
}

function numberColour(palette: Palette, state: PageState): string {
  if (state === 'absent' || state === 'on-fault' || state === 'unmapped') return palette.faint;
  if (state === 'zero') return palette.zeroMark;
  if (state === 'unknown') return palette.cursor;
  if (state === 'guard') return palette.guardMark;
  return state === 'locked' ? palette.lockedMark : palette.number;
}

function forEachVisible(layout: Layout, span: Span, each: (page: number, column: number) => void): void {
  for (let row = span.firstRow; row <= span.lastRow; row++) {
    for (let column = span.firstColumn; column <= span.lastColumn; column++) {
      const page = row * layout.columns + column;
      if (page >= layout.pages) return;
      each(page, column);
    }
  }
}
