import type { PageState } from '../../protocol/flags.ts';
import type { CellSize } from './layout.ts';
import type { LegendEntry, Palette } from './palette.ts';

/** From this size on, in CSS pixels, a cell has room for its shape. */
export const spriteCell = 8;
/** Smaller cells have a dot for an absent page: a net of outlines would outshine the pages that are there. */
const outlinedCell = 14;
/** The words of a cell stand at its top left corner, on bare ground. */
const wordsSize = { width: 44, height: 18 };
const wordsFrom = { width: 72, height: 40 };

/** The space between cells, by their smaller side. */
export const gapOf = (side: number): number => (side >= 16 ? 2 : side >= 4 ? 1 : 0);

/** How far a cell is from where its gap begins. */
export const insetOf = (gap: number): number => Math.floor(gap / 2);

export const radiusOf = (side: number): number => (side >= 16 ? 2 : side >= 12 ? 1 : 0);

/** The picture of a state at one size. */
export type Sprites = (entry: LegendEntry) => OffscreenCanvas;

/**
 * One picture of each state at one size, made when it is first asked for: drawing a page is then one copy. That of
 * `dont-dump` lies over the state's. `scale` is device pixels per CSS pixel.
 */
export function makeSprites(palette: Palette, cell: CellSize, scale: number): Sprites {
  const gap = gapOf(Math.min(cell.width, cell.height));
  const width = Math.max(1, Math.round((cell.width - gap) * scale));
  const height = Math.max(1, Math.round((cell.height - gap) * scale));
  const size = { width: width / scale, height: height / scale };
  const made = new Map<LegendEntry, OffscreenCanvas>();
  return (entry) => {
    const known = made.get(entry);
    if (known) return known;
    const sprite = new OffscreenCanvas(width, height);
    made.set(entry, sprite);
    const context = sprite.getContext('2d');
    context?.scale(scale, scale);
    if (context && entry === 'dont-dump') drawDontDump(context, palette, size);
    else if (context && entry !== 'dont-dump') drawState(context, palette, entry, size);
    return sprite;
  };
}

/** The context of a canvas, on the screen or off it. */
export type Context2d = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** One page: filled where a page frame is there, else a shape of lines; each enough to tell the state by. */
export function drawState(context: Context2d, palette: Palette, state: PageState, size: CellSize): void {
  shapes[state](context, palette, size);
}

/** The sign for what must not be taken along, in the corner that the other marks leave free. */
function drawDontDump(context: Context2d, palette: Palette, { width, height }: CellSize): void {
  const side = Math.min(width, height);
  const radius = Math.max(2, Math.min(7, side * 0.3));
  const inset = Math.max(0.5, Math.min(7, side * 0.08));
  drawNoEntry(context, palette, width - inset - radius, height - inset - radius, radius);
}

/** A ring with a stroke across, on its own background, so that it shows on every state. */
export function drawNoEntry(context: Context2d, palette: Palette, x: number, y: number, radius: number): void {
  context.fillStyle = palette.well;
  context.beginPath();
  context.arc(x, y, radius + 0.5, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = palette.cursor;
  context.lineWidth = Math.max(1, Math.min(2, radius / 3.5));
  const inner = Math.max(1, radius - context.lineWidth);
  const reach = inner * Math.SQRT1_2;
  context.beginPath();
  context.arc(x, y, inner, 0, 2 * Math.PI);
  context.moveTo(x - reach, y - reach);
  context.lineTo(x + reach, y + reach);
  context.stroke();
}

type Shape = (context: Context2d, palette: Palette, size: CellSize) => void;

const smaller = ({ width, height }: CellSize): number => Math.min(width, height);

function box(context: Context2d, size: CellSize, inset: number): void {
  context.beginPath();
  context.roundRect(inset, inset, size.width - 2 * inset, size.height - 2 * inset, radiusOf(smaller(size)));
}

/** A cell without its upper right corner: what is locked. */
function cutBox(context: Context2d, size: CellSize, inset: number): void {
  const corner = Math.max(3, Math.min(12, smaller(size) * 0.34));
  const [right, bottom] = [size.width - inset, size.height - inset];
  context.beginPath();
  context.moveTo(inset, inset);
  context.lineTo(right - corner, inset);
  context.lineTo(right, inset + corner);
  context.lineTo(right, bottom);
  context.lineTo(inset, bottom);
  context.closePath();
}

function outlined(context: Context2d, colour: string, width = 1): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function lines(
  context: Context2d,
  colour: string,
  width: number,
  ...ends: readonly (readonly [number, number, number, number])[]
): void {
  context.beginPath();
  for (const [x0, y0, x1, y1] of ends) {
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
  }
  outlined(context, colour, width);
}

const hasWords = ({ width, height }: CellSize): boolean =>
  width >= wordsFrom.width - 2 && height >= wordsFrom.height - 2;

const shapes: Readonly<Record<PageState, Shape>> = {
  /** Nothing behind it. */
  absent(context, palette, size) {
    if (smaller(size) >= outlinedCell - 2) {
      box(context, size, 0.5);
      outlined(context, palette.line.absent);
      return;
    }
    context.fillStyle = palette.line.absent;
    context.fillRect(Math.round(size.width / 2) - 1, Math.round(size.height / 2) - 1, 2, 2);
  },
  /** A frame of its own. */
  resident(context, palette, size) {
    box(context, size, 0);
    context.fillStyle = palette.fill.resident;
    context.fill();
  },
  /** Dots: the page is there, the memory is not. */
  zero(context, palette, size) {
    box(context, size, 0.5);
    outlined(context, palette.line.zero);
    const side = smaller(size);
    const pitch = side >= 36 ? 9 : side >= 18 ? side / 3 : side / 2.4;
    const [columns, rows] = [Math.max(2, Math.floor(size.width / pitch)), Math.max(2, Math.floor(size.height / pitch))];
    const words = hasWords(size);
    const radius = Math.max(0.6, Math.min(1, pitch / 8));
    context.fillStyle = palette.line.zero;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [x, y] = [((column + 0.5) / columns) * size.width, ((row + 0.5) / rows) * size.height];
        if (words && x < wordsSize.width && y < wordsSize.height) continue;
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
      }
    }
  },
  /** A corner is cut: it is pinned. */
  locked(context, palette, size) {
    cutBox(context, size, 0);
    context.fillStyle = palette.fill.locked;
    context.fill();
  },
  /** The same without a frame: locked when it is first touched. */
  'on-fault'(context, palette, size) {
    const width = smaller(size) >= 16 ? 2 : 1.25;
    cutBox(context, size, width / 2);
    outlined(context, palette.line['on-fault'], width);
  },
  /** One slash: it was here. */
  swapped(context, palette, size) {
    const width = smaller(size) >= 16 ? 1.75 : 1;
    box(context, size, width / 2);
    outlined(context, palette.line.swapped, width);
    lines(context, palette.line.swapped, width, [0, size.height, size.width, 0]);
  },
  /** Joined to its neighbours by who draws it: one entry maps 512 pages. */
  huge(context, palette, size) {
    box(context, size, 0);
    context.fillStyle = palette.fill.huge;
    context.fill();
  },
  /** Crossed out: no way in. */
  guard(context, palette, size) {
    box(context, size, 0.5);
    outlined(context, palette.line.guard);
    lines(context, palette.line.guard, 1, [0, 0, size.width, size.height], [size.width, 0, 0, size.height]);
  },
  /** A dashed edge: no page at all. */
  unmapped(context, palette, size) {
    context.save();
    context.setLineDash(smaller(size) >= 16 ? [5, 4] : [2, 2]);
    box(context, size, 0.5);
    outlined(context, palette.line.unmapped);
    context.restore();
  },
  /** Hatching: the kernel didn’t say. */
  unknown(context, palette, size) {
    box(context, size, 0);
    context.fillStyle = palette.fill.unknown;
    context.fill();
    context.save();
    context.clip();
    const pitch = Math.max(3, Math.min(6, smaller(size) / 3));
    context.beginPath();
    for (let at = -size.height; at < size.width; at += pitch) {
      context.moveTo(at, size.height);
      context.lineTo(at + size.height, 0);
    }
    outlined(context, palette.line.unknown, 0.8);
    context.restore();
  },
};
