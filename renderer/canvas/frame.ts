import { type Layout, pictureHeight, type View, type Viewport, visibleSpan } from './layout.ts';
import type { Palette } from './palette.ts';

/** What stands around the cells: the addresses of rows, the ruler of columns, the whole beside its part. */
export interface FrameScene {
  readonly layout: Layout;
  readonly view: View;
  readonly viewport: Viewport;
  readonly palette: Palette;
  /** Device pixels for each CSS pixel. */
  readonly scale: number;
  readonly address: number;
  readonly pageSize: number;
  /** The page under the pointer or the cursor: its row and its column stand out. */
  readonly page: number | undefined;
}

const font = '11px "JetBrains Mono Variable", monospace';
/** A line of text is so high, CSS pixels. */
const lineHeight = 16;

/**
 * The addresses of rows, as many as have room.
 *
 * @param from what is above this belongs to others, CSS pixels
 */
export function paintGutter(canvas: HTMLCanvasElement, scene: FrameScene, from: number): void {
  const { layout, view, viewport, palette, scale, address, pageSize, page } = scene;
  const width = canvas.clientWidth;
  const context = contextOf(canvas, { width, height: viewport.height }, scale);
  if (!context) return;
  const { columns, cell } = layout;
  const span = visibleSpan(layout, view, viewport);
  let every = 1;
  while (every * cell.height < lineHeight) every *= 2;
  const current = page === undefined ? -1 : Math.floor(page / columns);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (let row = Math.ceil(span.firstRow / every) * every; row <= span.lastRow; row += every) {
    const top = row * cell.height - view.y;
    const y = top + Math.min(cell.height, 24) / 2;
    if (y < from + lineHeight / 2 || y > viewport.height - 4) continue;
    const marked = current >= row && current < row + every;
    context.font = `${marked ? 600 : 400} ${font}`;
    context.fillStyle = marked ? palette.text : palette.faint;
    context.fillText(`0x${(address + row * columns * pageSize).toString(16)}`, width - 12, y);
  }
}

/** How far a column is from the beginning of its row, in pages. */
export function paintRuler(canvas: HTMLCanvasElement, scene: FrameScene): void {
  const { layout, viewport, palette, scale, page } = scene;
  const height = canvas.clientHeight;
  const context = contextOf(canvas, { width: viewport.width, height }, scale);
  if (!context) return;
  const { columns, cell } = layout;
  let every = 1;
  while (every * cell.width < 34) every *= 2;
  const current = page === undefined ? -1 : page % columns;
  context.textBaseline = 'bottom';
  for (let column = 0; column < Math.min(columns, layout.pages); column += every) {
    const marked = current >= column && current < column + every;
    context.font = `${marked ? 600 : 400} ${font}`;
    context.fillStyle = marked ? palette.text : palette.faint;
    context.fillText(`+${column}`, column * cell.width + (cell.width >= 72 ? 8 : 1), height - 3);
  }
}

/** Which part of the picture is seen: a bar beside it. */
export function paintMinimap(context: CanvasRenderingContext2D, scene: FrameScene, x: number, width: number): void {
  const { layout, view, viewport, palette } = scene;
  const share = viewport.height / pictureHeight(layout);
  context.strokeStyle = palette.faint;
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, 0.5, width - 1, viewport.height - 1);
  context.strokeStyle = palette.text;
  context.lineWidth = 2;
  context.strokeRect(x - 1, view.y * share, width + 2, Math.max(4, viewport.height * share));
}

function contextOf(
  canvas: HTMLCanvasElement,
  { width, height }: Viewport,
  scale: number,
): CanvasRenderingContext2D | undefined {
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  if (across <= 0 || down <= 0) return undefined;
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context ?? undefined;
}
