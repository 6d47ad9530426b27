import { useElementSize } from '@mantine/hooks';
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import type { FilePages } from '../../../protocol/files.ts';
import type { PageRange } from '../../../protocol/operation.ts';
import { mix, type Palette, parseHex, readPalette } from '../../canvas/palette.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownTheme } from '../../store/store.ts';
import classes from './files.module.css';
import { type CellBytes, type CellFacts, cellAt, factsOf, layoutOf, type StripLayout } from './strip-layout.ts';

interface Props {
  readonly pages: FilePages;
  readonly bytes: CellBytes;
  /** Told what is pointed at. */
  readonly onPoint: (facts: CellFacts | undefined) => void;
  readonly onRange: (range: PageRange) => void;
}

/** The pages of a file, column by column: filled as far as they are cached. Drawing over some chooses them. */
export function FileStrip({ pages, bytes, onPoint, onRange }: Props) {
  const { t, format } = useWords();
  const { ref, width, height } = useElementSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useApp(shownTheme);
  const [drawn, setDrawn] = useState<{ from: number; to: number }>();
  const cells = bytes.cached.length;
  const layout = layoutOf(cells, width, height);
  const lockedKey = JSON.stringify(pages.locked);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || width <= 0) return;
    const scale = devicePixelRatio;
    canvas.current.width = Math.round(width * scale);
    canvas.current.height = Math.round(height * scale);
    context.scale(scale, scale);
    const isLocked = (cell: number) => lockedKey !== '[]' && factsOf(pages, bytes, cell).locked;
    drawCells(context, readPalette(canvas.current), layoutOf(cells, width, height), bytes, isLocked, drawn);
  }, [bytes, lockedKey, cells, width, height, theme, drawn]);
  const at = (event: PointerEvent): number | undefined => {
    const box = event.currentTarget.getBoundingClientRect();
    return cellAt(layout, cells, event.clientX - box.left, event.clientY - box.top);
  };
  const { firstPage, pageCount, row } = pages;
  const label = t('files.band.picture', {
    first: format.number(firstPage),
    last: format.number(firstPage + pageCount - 1),
    cached: row.cachedPages === null ? t('files.unknown') : format.number(row.cachedPages),
  });
  return (
    <div ref={ref} className={classes.strip}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        style={{ width, height }}
        onPointerDown={(event) => {
          const cell = at(event);
          if (cell === undefined || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrawn({ from: cell, to: cell });
        }}
        onPointerMove={(event) => {
          const cell = at(event);
          onPoint(cell === undefined ? undefined : factsOf(pages, bytes, cell));
          if (drawn && cell !== undefined && cell !== drawn.to) setDrawn({ ...drawn, to: cell });
        }}
        onPointerLeave={() => onPoint(undefined)}
        onPointerUp={() => {
          if (!drawn) return;
          setDrawn(undefined);
          const [from, to] = [Math.min(drawn.from, drawn.to), Math.max(drawn.from, drawn.to)];
          if (from === to) return;
          const first = factsOf(pages, bytes, from).first;
          onRange({ firstPage: first, pageCount: factsOf(pages, bytes, to).last - first + 1 });
        }}
      />
    </div>
  );
}

/** As in every page map, what is locked lacks its upper right corner. */
function fillCut(context: CanvasRenderingContext2D, x: number, y: number, side: number): void {
  const corner = side * 0.34;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + side - corner, y);
  context.lineTo(x + side, y + corner);
  context.lineTo(x + side, y + side);
  context.lineTo(x, y + side);
  context.fill();
}

function drawCells(
  context: CanvasRenderingContext2D,
  palette: Palette,
  { side, rows }: StripLayout,
  { cached, dirty }: CellBytes,
  isLocked: (cell: number) => boolean,
  drawn: { from: number; to: number } | undefined,
): void {
  const gap = side >= 4 ? 1 : 0;
  const shadesOf = (state: 'resident' | 'locked') => {
    const [absent, full] = [parseHex(palette.fill.absent), parseHex(palette.fill[state])];
    const shades: string[] = [];
    return (byte: number): string => {
      // Little of it is still told apart from nothing.
      shades[byte] ??= `rgb(${mix(absent, full, byte === 0 ? 0 : 0.25 + (0.75 * byte) / 255).join(' ')})`;
      return shades[byte];
    };
  };
  const [shadeOf, shadeOfLocked] = [shadesOf('resident'), shadesOf('locked')];
  for (let cell = 0; cell < cached.length; cell++) {
    const [x, y] = [Math.floor(cell / rows) * side, (cell % rows) * side];
    const locked = isLocked(cell);
    context.fillStyle = (locked ? shadeOfLocked : shadeOf)(cached[cell] ?? 0);
    if (locked) fillCut(context, x, y, side - gap);
    else context.fillRect(x, y, side - gap, side - gap);
    if (!dirty?.[cell]) continue;
    const mark = Math.max(1, Math.floor(side / 3));
    context.fillStyle = palette.ink.resident;
    context.fillRect(x + Math.floor((side - gap - mark) / 2), y + Math.floor((side - gap - mark) / 2), mark, mark);
  }
  if (!drawn) return;
  context.fillStyle = palette.select;
  for (let cell = Math.min(drawn.from, drawn.to); cell <= Math.max(drawn.from, drawn.to); cell++) {
    const [x, y] = [Math.floor(cell / rows) * side, (cell % rows) * side];
    context.fillRect(x, y + side - gap - 1, side - gap, 1);
  }
}
