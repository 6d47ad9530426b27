import { useLayoutEffect, useRef } from 'react';
import { type FilmAxis, stepAtX } from './film-axis.ts';
import { clamped, type FilmView, wholeFilm } from './film-view.ts';

/**
 * The view of a film that has grown: as close as it was, and at the same step, or at the end, where it follows that.
 *
 * @param before what was drawn in that view
 * @param after what is drawn in it now
 * @param gone how many of the oldest steps are kept no longer
 */
export function grownView(view: FilmView, before: FilmAxis, after: FilmAxis, gone: number, follows: boolean): FilmView {
  if (view.zoom <= 1 || before.unit === 0 || after.unit === 0) return view;
  const zoom = (view.zoom * before.unit) / after.unit;
  if (zoom <= 1) return wholeFilm;
  const first = stepAtX(before, 0);
  const [from, to] = [before.edges[first] ?? 0, before.edges[first + 1] ?? 0];
  const share = to > from ? -from / (to - from) : 0;
  const at = Math.max(0, first - gone);
  const [now, next] = [after.edges[at] ?? 0, after.edges[at + 1] ?? 0];
  const [start, end] = [after.edges[0] ?? 0, after.edges[after.steps] ?? 0];
  const same = (now + share * (next - now) - start) / (end - start);
  // A part of the last step is enough: one who zooms near the end hardly meets it.
  const showedEnd = (before.edges[before.steps - 1] ?? 0) < before.width;
  const atEnd = 1 - (after.width * view.zoom) / ((end - start) * zoom);
  return clamped({ zoom, left: follows && showedEnd ? Math.max(same, atEnd) : same });
}

/** While steps are added, what is in view stays where it is; where the playhead is at now, the end stays in view. */
export function useGrownView(
  axis: FilmAxis,
  forgotten: number,
  follows: boolean,
  setView: (change: (now: FilmView) => FilmView) => void,
): void {
  const last = useRef({ axis, forgotten });
  const latest = useRef({ follows, setView });
  latest.current = { follows, setView };
  useLayoutEffect(() => {
    const before = last.current;
    last.current = { axis, forgotten };
    const same = before.axis.scale === axis.scale && before.axis.width === axis.width;
    if (!same || (before.axis.steps === axis.steps && before.axis.unit === axis.unit)) return;
    latest.current.setView((view) =>
      grownView(view, before.axis, axis, forgotten - before.forgotten, latest.current.follows),
    );
  }, [axis, forgotten]);
}
