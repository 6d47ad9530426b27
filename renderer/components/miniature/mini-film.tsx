import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { readPalette } from '../../canvas/palette.ts';
import { useApp, usePagesVersion } from '../../context/context.ts';
import type { RegionPages } from '../../store/pages/pages.ts';
import { isLive, type Session } from '../../store/session/session.ts';
import { sessionEndNs } from '../../store/session/session-end.ts';
import { shownTheme } from '../../store/store.ts';
import { filmAxis, middleOf } from '../filmstrip/film-axis.ts';
import { fillLane, LookColours } from '../filmstrip/lane-picture.ts';
import classes from './miniature.module.css';

interface Props {
  readonly session: Session;
  readonly pagesOf: (region: number) => RegionPages | undefined;
}

/** Between two lanes, CSS pixels. */
const gap = 3;

/** The run over its steps, a lane for each region: the filmstrip without its playhead. A picture of what is told. */
export function MiniFilm({ session, pagesOf }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { ref, width, height } = useElementSize();
  const version = usePagesVersion();
  const theme = useApp(shownTheme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and pages decide what is drawn
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || width === 0 || height === 0) return;
    const scale = devicePixelRatio;
    canvas.current.width = Math.round(width * scale);
    canvas.current.height = Math.round(height * scale);
    const { steps, regions, released, digest, result } = session;
    const axis = filmAxis('steps', width, steps, sessionEndNs(session, 0), isLive(session));
    const palette = readPalette(canvas.current);
    const colours = new LookColours(palette);
    const films = regions.flatMap(({ id, label }) => {
      const film = pagesOf(id)?.film;
      const unmappedBy = (released.has(id) ? digest.unmapped.get(id) : undefined) ?? Number.POSITIVE_INFINITY;
      // On the axis of steps nothing went unseen.
      return film ? [{ region: id, label, film, unmappedBy, seen: [] }] : [];
    });
    const lane = (height - gap * (films.length - 1)) / Math.max(1, films.length);
    films.forEach((film, index) => {
      const size = { width: Math.floor(width * scale), height: Math.max(1, Math.floor(lane * scale)), scale };
      const picture = context.createImageData(size.width, size.height);
      fillLane(new Uint32Array(picture.data.buffer), size, film, axis, steps, colours);
      context.putImageData(picture, 0, Math.round(index * (lane + gap) * scale));
    });
    const key = result?.keyStep;
    if (key === undefined || isLive(session)) return;
    context.fillStyle = getComputedStyle(canvas.current).color;
    context.fillRect(Math.round(middleOf(axis, key - steps.forgotten) * scale), 0, scale, canvas.current.height);
  }, [session, pagesOf, version, width, height, theme]);
  return (
    <div ref={ref} className={classes.film} aria-hidden>
      <canvas ref={canvas} />
    </div>
  );
}
