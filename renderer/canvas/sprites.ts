import { type PageState, pageStates } from '../../protocol/flags.ts';
import type { LegendEntry, Palette } from './palette.ts';

/** From this size on, in CSS pixels, a cell has room for its shape. */
export const spriteCell = 8;

/** The space between cells, which grows with them. */
export const gapOf = (cell: number): number => (cell >= 40 ? 4 : cell >= 20 ? 2 : cell >= 5 ? 1 : 0);

export const radiusOf = (cell: number): number => (cell >= 40 ? 5 : cell >= 20 ? 3 : cell >= 12 ? 1.5 : 0);

type Sprite = OffscreenCanvas;
export type Sprites = Readonly<Record<LegendEntry, Sprite>>;

/**
 * One picture of each state at one size: drawing a page is then one copy. That of `dont-dump` lies over the state's.
 * `scale` is device pixels per CSS pixel.
 */
export function makeSprites(palette: Palette, cell: number, scale: number): Sprites {
  const side = Math.max(1, Math.round((cell - gapOf(cell)) * scale));
  const drawn = (draw: (context: Context2d) => void): Sprite => {
    const sprite = new OffscreenCanvas(side, side);
    const context = sprite.getContext('2d');
    if (context) {
      context.scale(scale, scale);
      draw(context);
    }
    return sprite;
  };
  const ofState = (state: PageState) =>
    drawn((context) => drawState(context, palette, state, side / scale, radiusOf(cell)));
  const states = Object.fromEntries(pageStates.map((state) => [state, ofState(state)])) as Record<PageState, Sprite>;
  return { ...states, 'dont-dump': drawn((context) => drawDontDump(context, palette, side / scale)) };
}

/** The context of a canvas, on the screen or off it. */
export type Context2d = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** One page: a colour and a shape, each enough to tell the state by. */
export function drawState(context: Context2d, palette: Palette, state: PageState, side: number, radius: number): void {
  const cell = () => {
    context.beginPath();
    context.roundRect(0, 0, side, side, radius);
  };
  cell();
  context.fillStyle = palette.fill[state];
  context.fill();
  context.save();
  context.clip();
  marks[state]?.(context, palette, side);
  context.restore();
  const line = outlineOf(state, palette, side);
  if (line) {
    context.beginPath();
    context.roundRect(line.width / 2, line.width / 2, side - line.width, side - line.width, radius);
    context.lineWidth = line.width;
    context.strokeStyle = line.colour;
    context.stroke();
  }
}

/**
 * The sign for what must not be taken along, in the corner that the other marks leave free; below 14 px only a dot has
 * room.
 */
function drawDontDump(context: Context2d, palette: Palette, side: number): void {
  const radius = Math.max(2, Math.min(11, side * 0.17));
  const inset = Math.max(0.5, side * 0.07);
  drawNoEntry(context, palette, side - inset - radius, side - inset - radius, radius);
}

/** A ring with a stroke across, on its own background, so that it shows on every state. */
export function drawNoEntry(context: Context2d, palette: Palette, x: number, y: number, radius: number): void {
  context.fillStyle = palette.well;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = palette.cursor;
  context.lineWidth = Math.max(1, radius / 4);
  const inner = Math.max(1, radius - context.lineWidth);
  const reach = inner * Math.SQRT1_2;
  context.beginPath();
  context.arc(x, y, inner, 0, 2 * Math.PI);
  context.moveTo(x - reach, y - reach);
  context.lineTo(x + reach, y + reach);
  context.stroke();
}

function outlineOf(state: PageState, palette: Palette, side: number) {
  // Among small cells the fill is enough; a net of outlines would outshine the pages that are there.
  if (state === 'absent' && side >= 10) return { colour: palette.absentLine, width: 1 };
  if (state === 'on-fault') return { colour: palette.fill.locked, width: Math.max(1.5, Math.min(4, side / 8)) };
  return undefined;
}

type Mark = (context: Context2d, palette: Palette, side: number) => void;

const marks: Partial<Record<PageState, Mark>> = {
  /** Dots: the page is there, the memory is not. */
  zero(context, palette, side) {
    const count = side >= 24 ? 3 : 2;
    const pitch = side / count;
    const radius = Math.max(0.6, Math.min(3, pitch / 6));
    context.fillStyle = palette.zeroMark;
    // The last row is where a large cell has its number.
    const rows = side >= 36 ? count - 1 : count;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < count; column++) {
        context.beginPath();
        context.arc((column + 0.5) * pitch, (row + 0.5) * pitch, radius, 0, 2 * Math.PI);
        context.fill();
      }
    }
  },
  /** A folded corner: pinned. */
  locked(context, palette, side) {
    const corner = Math.max(3, side * 0.36);
    context.fillStyle = palette.lockedMark;
    context.beginPath();
    context.moveTo(side - corner, 0);
    context.lineTo(side, 0);
    context.lineTo(side, corner);
    context.fill();
  },
  /** One slash: it was here. */
  swapped(context, palette, side) {
    context.strokeStyle = palette.swappedMark;
    context.lineWidth = Math.max(1.2, side / 9);
    context.beginPath();
    context.moveTo(0, 0);
    context.lineTo(side, side);
    context.stroke();
  },
  /** A cross: no way in. */
  guard(context, palette, side) {
    const inset = side * 0.22;
    context.strokeStyle = palette.guardMark;
    context.lineWidth = Math.max(1.2, side / 10);
    context.beginPath();
    context.moveTo(inset, inset);
    context.lineTo(side - inset, side - inset);
    context.moveTo(side - inset, inset);
    context.lineTo(inset, side - inset);
    context.stroke();
  },
  /** A dash on the bare ground: no page at all. */
  unmapped(context, palette, side) {
    const inset = side * 0.3;
    context.strokeStyle = palette.faint;
    context.lineWidth = Math.max(1, side / 12);
    context.beginPath();
    context.moveTo(inset, side / 2);
    context.lineTo(side - inset, side / 2);
    context.stroke();
  },
  /** Hatching: the kernel didn’t say. */
  unknown(context, palette, side) {
    context.strokeStyle = palette.unknownMark;
    context.lineWidth = Math.max(0.8, side / 24);
    const pitch = Math.max(3, side / 4);
    context.beginPath();
    for (let at = -side; at < side; at += pitch) {
      context.moveTo(at, 0);
      context.lineTo(at + side, side);
    }
    context.stroke();
  },
};
