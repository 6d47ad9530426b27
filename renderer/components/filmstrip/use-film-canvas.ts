import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { hasForcedColours, readPalette, systemColour } from '../../canvas/palette.ts';
import { useApp, useScheduler } from '../../context/context.ts';
import { shownTheme } from '../../store/store.ts';
import { LookColours } from './lane-picture.ts';
import { type FilmScene, type Inks, paintFilm, paintPlayhead } from './paint-film.ts';
import type { Playhead } from './use-playhead.ts';

/** A drawing of many thousand steps that takes longer than this is followed by a rest of so many times as long, ms. */
const longMs = 8;
const restShare = 8;

type Drawn = Omit<FilmScene, keyof InColour | 'scale'>;

/**
 * Draws the strip when what it shows has changed, and over it the playhead, which moves with the pointer. Both in the
 * next animation frame, however often they are asked for.
 *
 * @param version grows with the pages, which change in place
 */
export function useFilmCanvas(
  strip: RefObject<HTMLCanvasElement | null>,
  head: RefObject<HTMLCanvasElement | null>,
  scene: Drawn,
  { shown, pinned, newest }: Playhead,
  version: number,
): void {
  const scheduler = useScheduler();
  const theme = useApp(shownTheme);
  const latest = useRef({ scene, playhead: { shown, pinned, newest } });
  latest.current = { scene, playhead: { shown, pinned, newest } };
  const rested = useRef(0);
  const colours = useColours(strip);
  const drawStrip = useCallback(() => {
    const begun = performance.now();
    if (begun < rested.current) {
      setTimeout(() => scheduler.request(drawStrip), rested.current - begun);
      return;
    }
    const context = contextOf(strip.current, latest.current.scene);
    const inColour = colours();
    if (!context || !inColour) return;
    paintFilm(context, { ...latest.current.scene, ...inColour, scale: devicePixelRatio });
    const tookMs = performance.now() - begun;
    rested.current = tookMs > longMs ? begun + tookMs * restShare : 0;
  }, [strip, scheduler, colours]);
  const drawHead = useCallback(() => {
    const context = contextOf(head.current, latest.current.scene);
    const inColour = colours();
    if (!context || !inColour) return;
    const { inks } = inColour;
    paintPlayhead(context, { ...latest.current.scene, inks, scale: devicePixelRatio }, latest.current.playhead);
  }, [head, colours]);
  const { session, axis, layout, lanes, range, compared, shownNs } = scene;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what the drawing shows
  useEffect(() => scheduler.request(drawStrip), [scheduler, drawStrip, session, axis, layout, lanes, theme, version]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what the drawing shows
  useEffect(
    () => scheduler.request(drawHead),
    [scheduler, drawHead, axis, layout, range, compared, shownNs, theme, shown, pinned, newest],
  );
  useEffect(
    () => () => {
      scheduler.forget(drawStrip);
      scheduler.forget(drawHead);
    },
    [scheduler, drawStrip, drawHead],
  );
}

type InColour = Pick<FilmScene, 'looks' | 'well' | 'inks'>;

/** What it is drawn in: read once for each theme, at the first drawing in that. */
function useColours(strip: RefObject<HTMLCanvasElement | null>): () => InColour | undefined {
  const theme = useApp(shownTheme);
  const forced = useApp(({ forcedColors }) => forcedColors);
  const read = useRef<InColour>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these decide the colours that are read
  useLayoutEffect(() => {
    read.current = undefined;
  }, [theme, forced]);
  return useCallback(() => {
    if (strip.current && !read.current) {
      const palette = readPalette(strip.current);
      read.current = { looks: new LookColours(palette), well: palette.well, inks: readInks(strip.current) };
    }
    return read.current;
  }, [strip]);
}

function contextOf(canvas: HTMLCanvasElement | null, { axis, layout }: Drawn): CanvasRenderingContext2D | undefined {
  if (!canvas || axis.width <= 0 || layout.height <= 0) return undefined;
  const [width, height] = [Math.round(axis.width * devicePixelRatio), Math.round(layout.height * devicePixelRatio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return canvas.getContext('2d') ?? undefined;
}

function readInks(element: Element): Inks {
  if (hasForcedColours()) {
    const text = systemColour('CanvasText');
    return { text, dim: text, faint: text, line: systemColour('GrayText'), warn: text, locked: text };
  }
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token('text'),
    dim: token('dim'),
    faint: token('faint'),
    line: token('line-strong'),
    warn: token('bad'),
    locked: token('page-locked'),
  };
}
