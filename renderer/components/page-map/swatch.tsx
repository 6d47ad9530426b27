import { useEffect, useRef } from 'react';
import { type LegendEntry, readPalette } from '../../canvas/palette.ts';
import { drawNoEntry, drawState } from '../../canvas/sprites.ts';
import { useApp } from '../../context/context.ts';
import { shownTheme } from '../../store/store.ts';

/** CSS pixels. */
const side = 12;

/** An entry of the legend as the grid draws it, by the same code: a legend that cannot disagree with the picture. */
export function Swatch({ entry }: { entry: LegendEntry }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const theme = useApp(shownTheme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the palette that is read
  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const scale = Math.max(2, devicePixelRatio);
    canvas.width = side * scale;
    canvas.height = side * scale;
    context.scale(scale, scale);
    const palette = readPalette(canvas);
    if (entry === 'dont-dump') drawNoEntry(context, palette, side / 2, side / 2, side / 2 - 0.5);
    else drawState(context, palette, entry, { width: side, height: side });
  }, [entry, theme]);
  return <canvas ref={ref} aria-hidden style={{ width: side, height: side }} />;
}
