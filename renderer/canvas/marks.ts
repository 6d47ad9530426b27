import { cellOrigin, type Layout, type Point, smallerSide, type View } from './layout.ts';
import type { Palette } from './palette.ts';
import { gapOf, insetOf, radiusOf } from './sprites.ts';

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

/** An outline on ground of its own, so that it shows on any colour; `dash` as `setLineDash` takes it. */
export function paintRange(
  context: CanvasRenderingContext2D,
  polygons: Point[][],
  colour: string,
  ground: string,
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
  context.strokeStyle = ground;
  context.lineWidth = 4;
  context.stroke();
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
  const side = smallerSide(layout);
  const { x, y } = cellOrigin(page, layout, view);
  const [growX, growY] = [Math.max(0, (7 - layout.cell.width) / 2), Math.max(0, (7 - layout.cell.height) / 2)];
  const gap = gapOf(side);
  const inset = insetOf(gap);
  const box = [
    x - growX + inset,
    y - growY + inset,
    layout.cell.width + 2 * growX - gap,
    layout.cell.height + 2 * growY - gap,
  ] as const;
  for (const [tone, line] of [
    [palette.well, width + 2],
    [colour, width],
  ] as const) {
    context.beginPath();
    context.roundRect(...box, radiusOf(side));
    context.strokeStyle = tone;
    context.lineWidth = line;
    context.stroke();
  }
}
