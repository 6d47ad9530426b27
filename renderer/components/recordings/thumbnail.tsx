import { useEffect, useRef, useState } from 'react';
import { pageStates } from '../../../protocol/flags.ts';
import type { Thumbnail as Drawn } from '../../../protocol/service.ts';
import { readPalette } from '../../canvas/palette.ts';
import { useActions, useApp } from '../../context/context.ts';
import { shownTheme } from '../../store/store.ts';
import classes from './recordings.module.css';

/** CSS pixels. */
const [width, height] = [96, 24];

/** The filmstrip of a recording, small. Asked for when its row comes into sight: many recordings may be listed. */
export function Thumbnail({ file }: { file: string }) {
  const { recordings } = useActions();
  const theme = useApp(shownTheme);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState<Drawn>();
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let left = false;
    const sight = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      sight.disconnect();
      void recordings.thumbnail(file).then((answer) => !left && setDrawn(answer));
    });
    sight.observe(element);
    return () => {
      left = true;
      sight.disconnect();
    };
  }, [recordings, file]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the palette that is read
  useEffect(() => {
    if (canvas.current && drawn) paint(canvas.current, drawn);
  }, [drawn, theme]);
  return <canvas ref={canvas} className={classes.thumbnail} style={{ width, height }} aria-hidden />;
}

function paint(canvas: HTMLCanvasElement, { columns, rows, cells }: Drawn): void {
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const context = canvas.getContext('2d');
  if (!context || columns === 0 || rows === 0) return;
  const { fill } = readPalette(canvas);
  const [cellWidth, cellHeight] = [canvas.width / columns, canvas.height / rows];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const state = pageStates[Number(cells[row * columns + column])];
      if (!state) continue;
      const [x, y] = [Math.round(column * cellWidth), Math.round(row * cellHeight)];
      context.fillStyle = fill[state];
      context.fillRect(x, y, Math.round((column + 1) * cellWidth) - x, Math.round((row + 1) * cellHeight) - y);
    }
  }
}
