import { useEffect, useRef } from 'react';
import { histogram } from '../../../protocol/counts.ts';
import { pageState } from '../../../protocol/flags.ts';
import type { Figure } from '../../../protocol/result.ts';
import { columnsFor, pictureHeight, smallerSide, topView, wholeLayout } from '../../canvas/layout.ts';
import { paintPages } from '../../canvas/paint.ts';
import { readPalette } from '../../canvas/palette.ts';
import { PixelPicture } from '../../canvas/pixel-picture.ts';
import { makeSprites, spriteCell } from '../../canvas/sprites.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownTheme } from '../../store/store.ts';
import { useSize } from '../shared/use-size.ts';
import { JoinedPages, mostJoined } from './joined-pages.tsx';
import classes from './result.module.css';

type Grids = Extract<Figure, { kind: 'pages' }>['grids'];

/** Small page grids beside each other, drawn by the code that draws the large one. */
export function PageFigure({ figure }: { figure: Extract<Figure, { kind: 'pages' }> }) {
  const { pick } = useWords();
  const [one, other] = figure.grids;
  if (one?.alone && other?.alone && one.pages <= mostJoined) return <JoinedPages parent={one} child={other} />;
  return (
    <div className={classes.grids}>
      {figure.grids.map((grid) => (
        <div key={pick(grid.label)} className={classes.grid}>
          <span className={classes.gridLabel}>{pick(grid.label)}</span>
          <SmallGrid grid={grid} />
          {grid.note && <small>{pick(grid.note)}</small>}
        </div>
      ))}
    </div>
  );
}

function SmallGrid({ grid: { pages, runs, unknown = 0 } }: { grid: Grids[number] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { ref, width, height } = useSize();
  const theme = useApp(shownTheme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the palette that is read
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || width === 0 || height === 0) return;
    const scale = devicePixelRatio;
    const columns = Math.min(pages, columnsFor([pages]));
    const layout = wholeLayout(pages, columns, { width, height }, scale);
    const viewport = { width: layout.columns * layout.cell.width, height: pictureHeight(layout) };
    canvas.current.width = Math.ceil(viewport.width * scale);
    canvas.current.height = Math.ceil(viewport.height * scale);
    canvas.current.style.width = `${viewport.width}px`;
    context.scale(scale, scale);
    const flags = new Uint8Array(pages);
    for (const [first, count, byte] of runs) flags.fill(byte, first, first + count);
    const palette = readPalette(canvas.current);
    paintPages(context, new PixelPicture(), {
      layout,
      view: topView,
      viewport,
      palette,
      sprites: smallerSide(layout) >= spriteCell ? makeSprites(palette, layout.cell, scale) : undefined,
      states: Array.from({ length: 256 }, (_state, byte) => pageState(byte, unknown)),
      flags,
      bins: histogram(flags),
      filter: undefined,
      flash: undefined,
      pageNumber: String,
    });
  }, [pages, runs, unknown, width, height, theme]);
  return (
    <div ref={ref} className={classes.canvas}>
      <canvas ref={canvas} />
    </div>
  );
}
