import type { MapNode, Weight } from '../../../protocol/files.ts';
import { type Rect, squarify } from './squarify.ts';

/** A rectangle of the map as it is drawn: a file, a closed folder, or the line with an opened one's name. */
export interface MapCell {
  readonly node: MapNode;
  readonly rect: Rect;
  readonly heading: boolean;
  readonly key: string;
}

const headingPx = 18;
/** A folder is opened where there is room for its name and something below it. */
const opened = { width: 56, height: 44 };
const gapPx = 2;
/** What is smaller can neither be seen nor hit. */
const leastPx = 3;

const weightOf = ({ sizeBytes, cachedBytes }: MapNode, by: Weight): number =>
  by === 'size' ? sizeBytes : (cachedBytes ?? 0);

/** All rectangles of a map, those of a folder after its name. */
export function mapCells(root: MapNode, width: number, height: number, by: Weight): readonly MapCell[] {
  const cells: MapCell[] = [];
  const place = (nodes: readonly MapNode[], whole: Rect): void => {
    // What is left over of a folder may be more than its largest file.
    const ordered = nodes.filter((node) => weightOf(node, by) > 0);
    ordered.sort((a, b) => weightOf(b, by) - weightOf(a, by));
    const rects = squarify(
      ordered.map((node) => weightOf(node, by)),
      whole,
    );
    for (const [at, node] of ordered.entries()) {
      const outer = rects[at];
      if (!outer) continue;
      const rect = { ...outer, width: outer.width - gapPx, height: outer.height - gapPx };
      if (rect.width < leastPx || rect.height < leastPx) continue;
      const key = `${node.kind} ${node.id}`;
      if (!node.children || rect.width < opened.width || rect.height < opened.height) {
        cells.push({ node, rect, heading: false, key });
        continue;
      }
      cells.push({ node, rect: { ...rect, height: headingPx }, heading: true, key });
      place(node.children, { ...rect, y: rect.y + headingPx, height: rect.height - headingPx + gapPx });
    }
  };
  place(root.children ?? [root], { x: 0, y: 0, width: width + gapPx, height: height + gapPx });
  return cells;
}
