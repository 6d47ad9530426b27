import { useEffect, useRef } from 'react';
import type { PageState } from '../../../protocol/flags.ts';
import { useApp } from '../../app/context.ts';
import { readPalette } from '../../canvas/palette.ts';
import { drawState } from '../../canvas/sprites.ts';

/** CSS pixels. */
const side = 12;

/** A state as the grid draws it, by the same code: a legend that cannot disagree with the picture. */
export function Swatch({ state }: { state: PageState }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const theme = useApp((app) => app.settings.theme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the palette that is read
  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const scale = Math.max(2, devicePixelRatio);
    canvas.width = side * scale;
    canvas.height = side * scale;
    context.scale(scale, scale);
    drawState(context, readPalette(canvas), state, side, 2);
  }, [state, theme]);
  return <canvas ref={ref} aria-hidden style={{ width: side, height: side }} />;
}
