/** What part of the time is drawn: `zoom` times as wide as all of it, from `left` on, a share of all. */
export interface FilmView {
  readonly zoom: number;
  readonly left: number;
}

export const wholeFilm: FilmView = { zoom: 1, left: 0 };

/** A step is never drawn wider than this, CSS pixels, unless all of them are. */
const widestStep = 200;

/** How far can be zoomed into so many steps on an axis of a width. */
export const mostZoom = (steps: number, width: number): number =>
  Math.max(1, (steps * widestStep) / Math.max(1, width));

/** The nearest view that has nothing beyond either end. */
export function clamped({ zoom, left }: FilmView): FilmView {
  return zoom <= 1 ? wholeFilm : { zoom, left: Math.min(1 - 1 / zoom, Math.max(0, left)) };
}

/** The view that is so many times closer; what is at a share of its width stays there. */
export function zoomFilm({ zoom, left }: FilmView, factor: number, share: number, most: number): FilmView {
  const closer = Math.min(most, zoom * factor);
  return clamped({ zoom: closer, left: left + share / zoom - share / Math.max(1, closer) });
}

/** The view that is moved to the right by a share of its width. */
export const panFilm = ({ zoom, left }: FilmView, share: number): FilmView =>
  clamped({ zoom, left: left + share / zoom });
