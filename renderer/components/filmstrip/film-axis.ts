import type { Step } from '../../../protocol/events.ts';
import { firstIndex } from '../../store/pages/first-index.ts';
import type { Sequence } from '../../store/session/append-only-list.ts';
import { type FilmView, wholeFilm } from './film-view.ts';

/** What the horizontal axis counts: steps, the time that the calls took, or the clock's. */
export const scales = ['steps', 'kernel', 'wall'] as const;
export type Scale = (typeof scales)[number];

/** While more is to come a step is never drawn wider than this, CSS pixels. */
const widestStep = 56;

/** Where each step begins and ends on an axis of `width` CSS pixels. Steps follow one another without gaps. */
export interface FilmAxis {
  readonly scale: Scale;
  readonly width: number;
  readonly steps: number;
  /** Places: step n lies between `edges[n]` and `edges[n + 1]`; zoomed in, also beyond both ends of what is drawn. */
  readonly edges: Float64Array;
  /** How wide a step, or a nanosecond, is where nothing is zoomed, CSS pixels; 0 where there is nothing. */
  readonly unit: number;
  /** Where the time of the last step ends, ns since the session began. */
  readonly endNs: number;
}

/**
 * @param goesOn whether more steps may come
 * @param view the part that is drawn
 */
export function filmAxis(
  scale: Scale,
  width: number,
  steps: Sequence<Step>,
  endNs: number,
  goesOn: boolean,
  { zoom, left }: FilmView = wholeFilm,
): FilmAxis {
  const count = steps.length;
  const edges = new Float64Array(count + 1);
  for (let at = 0; at < count; at++) edges[at + 1] = (edges[at] ?? 0) + lengthOf(scale, steps, at, endNs);
  const sum = edges[count] ?? 0;
  const factor = sum > 0 ? Math.min(width, goesOn && scale === 'steps' ? widestStep * count : width) / sum : 0;
  const from = left * sum * factor;
  for (let at = 0; at <= count; at++) edges[at] = ((edges[at] ?? 0) * factor - from) * zoom;
  return { scale, width, steps: count, edges, unit: factor, endNs };
}

function lengthOf(scale: Scale, steps: Sequence<Step>, at: number, endNs: number): number {
  const step = steps.at(at);
  if (!step || scale === 'steps') return 1;
  if (scale === 'kernel') return step.durationNs;
  const next = at + 1 < steps.length ? steps.at(at + 1)?.startedNs : endNs;
  return Math.max(0, (next ?? endNs) - step.startedNs);
}

/** The place in the list of the step at a horizontal place: the nearest one. -1 where there is none. */
export function stepAtX(axis: FilmAxis, x: number): number {
  const after = firstIndex(axis.steps, (at) => (axis.edges[at + 1] ?? 0) > x);
  return Math.min(axis.steps - 1, after);
}

/** The time at a horizontal place of an axis of wall time, ns since the session began. */
export function timeAtX(axis: FilmAxis, steps: Sequence<Step>, x: number): number {
  const place = Math.max(0, stepAtX(axis, x));
  const [from, to] = [axis.edges[place] ?? 0, axis.edges[place + 1] ?? 0];
  const started = steps.at(place)?.startedNs ?? 0;
  const next = place + 1 < steps.length ? (steps.at(place + 1)?.startedNs ?? axis.endNs) : axis.endNs;
  return started + (to > from ? ((x - from) / (to - from)) * (next - started) : 0);
}

/** The middle of a step: where its marks and the playhead are. */
export const middleOf = ({ edges }: FilmAxis, at: number): number => ((edges[at] ?? 0) + (edges[at + 1] ?? 0)) / 2;
