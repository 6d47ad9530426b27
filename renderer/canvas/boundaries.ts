import type { FrameScene } from './frame.ts';
import { boundaryLine, smallerSide } from './layout.ts';

/**
 * A huge page’s worth of memory: at its boundaries the processor’s tables change. A table is a page of entries of 8
 * bytes: 512 pages of 4 KiB are 2 MiB, 2048 of 16 KiB are 32 MiB.
 */
const boundaryBytes = (pageSize: number): number => (pageSize / 8) * pageSize;
/** Lines of boundaries nearer to each other than this would be a pattern, CSS pixels. */
const boundariesApart = 14;
/** Lines between cells that are smaller than this would cover them, CSS pixels. */
const dividedCell = 4;
/** An outline without gaps would look like a selection. */
const vmaDash = [5, 4];

/** Lines where a huge page’s worth of memory begins, and dashed ones at `vmas`, the first pages of VMAs. */
export function paintBoundaries(context: CanvasRenderingContext2D, scene: FrameScene, vmas: readonly number[]): void {
  const { layout, palette, address, pageSize } = scene;
  const side = smallerSide(layout);
  const boundary = boundaryBytes(pageSize);
  const apart = boundary / pageSize;
  context.strokeStyle = palette.boundary;
  context.lineWidth = Math.max(1, Math.min(2, side / 8));
  if ((apart / layout.columns) * layout.cell.height >= boundariesApart) {
    const tables: number[] = [];
    const first = (boundary - (address % boundary)) / pageSize;
    for (let page = first; page < layout.pages; page += apart) tables.push(page);
    strokeAt(context, scene, tables);
  }
  if (side < dividedCell) return;
  context.setLineDash(vmaDash);
  strokeAt(context, scene, vmas);
  context.setLineDash([]);
}

function strokeAt(context: CanvasRenderingContext2D, scene: FrameScene, pages: readonly number[]): void {
  const { layout, view, viewport } = scene;
  const { columns, cell } = layout;
  const firstSeen = (Math.floor(view.y / cell.height) - 1) * columns;
  const lastSeen = Math.ceil((view.y + viewport.height) / cell.height) * columns;
  context.beginPath();
  for (const page of pages) {
    if (page < firstSeen || page >= lastSeen) continue;
    boundaryLine(page, layout, view).forEach(({ x, y }, index) => {
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
  }
  context.stroke();
}
