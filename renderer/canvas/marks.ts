import { cellOrigin, cellSize, type Layout, type Point, type View } from './layout.ts';
import type { Palette } from './palette.ts';
import { radiusOf } from './sprites.ts';

/** What is drawn over the pages: where the person is, what a step was about. */
export interface Marks {
  readonly layout: Layout;
  readonly view: View;
  readonly palette: Palette;
  readonly hover: number | undefined;
  readonly cursor: number | undefined;
  /** Whether keys go to this grid: the cursor then stands out. */
  readonly focused: boolean;
}

export function paintMarks(context: CanvasRenderingContext2D, marks: Marks): void {
  const { palette, hover, cursor, focused } = marks;
  if (hover !== undefined && hover !== cursor) ring(context, marks, hover, 1, palette.cursor);
  if (cursor !== undefined) ring(context, marks, cursor, focused ? 2.5 : 1.5, palette.cursor);
}

/** An outline, filled thinly; `dash` as `setLineDash` takes it. */
export function paintRange(
  context: CanvasRenderingContext2D,
  polygons: Point[][],
  colour: string,
  dash: number[],
): void {
  context.save();
  context.beginPath();
  for (const polygon of polygons) {
    polygon.forEach(({ x, y }, index) => {
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.closePath();
  }
  context.globalAlpha = 0.18;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.setLineDash(dash);
  context.stroke();
  context.restore();
}

/** A ring around one cell, in two tones so that it shows on any colour, and never smaller than can be seen. */
function ring(
  context: CanvasRenderingContext2D,
  { layout, view, palette }: Marks,
  page: number,
  width: number,
  colour: string,
): void {
  const cell = cellSize(layout, view);
  const { x, y } = cellOrigin(page, layout, view);
  const grow = Math.max(0, (7 - cell) / 2);
  const side = cell + 2 * grow;
  for (const [tone, line, inset] of [
    [palette.well, width + 2, -0.5],
    [colour, width, 0],
  ] as const) {
    context.beginPath();
    context.roundRect(x - grow + inset, y - grow + inset, side - 2 * inset, side - 2 * inset, radiusOf(cell) + 1);
    context.strokeStyle = tone;
    context.lineWidth = line;
    context.stroke();
  }
}
