import type { Session } from '../../store/session/session.ts';
import { lockedScale, lockedSeries } from '../lock-timeline/locked-series.ts';
import { faultBars } from './fault-bars.ts';
import { type FilmAxis, middleOf } from './film-axis.ts';
import { type FilmLayout, laneTop, type Row } from './film-layout.ts';
import { fillLane, type Lane, type LookColours } from './lane-picture.ts';
import type { FilmRange } from './range-text.ts';

/** The inks of the rows below the pages, from the tokens. */
export interface Inks {
  readonly text: string;
  readonly dim: string;
  readonly faint: string;
  readonly line: string;
  readonly warn: string;
  readonly locked: string;
}

export interface FilmScene {
  readonly session: Session;
  readonly lanes: readonly Lane[];
  readonly axis: FilmAxis;
  readonly layout: FilmLayout;
  /** Steps that are summed up. */
  readonly range: FilmRange | undefined;
  /** The step that what is shown is compared with, by its place. */
  readonly compared: number | undefined;
  /** Where the playhead is at a time rather than a step. */
  readonly shownNs?: number | undefined;
  readonly looks: LookColours;
  /** The ground of lanes. */
  readonly well: string;
  readonly inks: Inks;
  /** Device pixels for each CSS pixel. */
  readonly scale: number;
}

/** Calls nearer to each other than this have no marks of their own, CSS pixels. */
const markedApart = 3;
/** An errno needs this much room beside its mark. */
const wordsPx = 58;

/** Draws all of the strip but the playhead: that moves while nothing else does. */
export function paintFilm(context: CanvasRenderingContext2D, scene: FilmScene): void {
  const { axis, layout, scale } = scene;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, axis.width, layout.height);
  paintLanes(context, scene);
  if (layout.locked) paintLocked(context, scene, layout.locked);
  if (layout.times && scene.session.target) paintRss(context, scene, layout.times);
  else if (layout.times) paintTimes(context, scene, layout.times);
  if (layout.faults) paintFaults(context, scene, layout.faults);
  if (layout.calls) paintCalls(context, scene, layout.calls);
}

function paintLanes(
  context: CanvasRenderingContext2D,
  { lanes, axis, layout, looks, well, scale, session }: FilmScene,
): void {
  const width = Math.max(1, Math.round(axis.width * scale));
  const end = axis.edges[axis.steps] ?? 0;
  lanes.forEach((lane, index) => {
    const y = Math.round(laneTop(layout, index) * scale);
    const height = Math.max(1, Math.round((laneTop(layout, index) + layout.lanes.height) * scale) - y);
    context.fillStyle = well;
    context.fillRect(axis.edges[0] ?? 0, y / scale, end - (axis.edges[0] ?? 0), height / scale);
    if (lane.film.length === 0) return;
    const image = imageOf(width, height);
    fillLane(new Uint32Array(image.data.buffer), { width, height, scale }, lane, axis, session.steps, looks);
    context.putImageData(image, 0, y);
  });
}

let image: ImageData | undefined;

/** Lanes are filled one after the other, in the same memory: it is large, and new memory is slow. */
function imageOf(width: number, height: number): ImageData {
  if (image?.width !== width || image.height !== height) image = new ImageData(width, height);
  return image;
}

/** VmLck as an area, and the soft limit where it is not far above. */
function paintLocked(context: CanvasRenderingContext2D, { session, axis, inks }: FilmScene, row: Row): void {
  const points = lockedSeries(session.samples);
  const scale = lockedScale(points);
  const yOf = (bytes: number): number => row.top + row.height - (bytes / scale.topBytes) * (row.height - 2);
  const end = axis.edges[axis.steps] ?? 0;
  const path = (value: (at: number) => number | null, from: number): void => {
    const xOf = xOfTime(session, axis);
    let last: number | null = null;
    points.forEach((point, at) => {
      const bytes = value(at);
      const x = at === 0 ? from : xOf(point.tNs);
      if (bytes === null) last = null;
      else {
        if (last === null) context.moveTo(x, yOf(bytes));
        else {
          context.lineTo(x, yOf(last));
          context.lineTo(x, yOf(bytes));
        }
        last = bytes;
      }
    });
    if (last !== null) context.lineTo(end, yOf(last));
  };
  context.beginPath();
  const start = axis.edges[0] ?? 0;
  path((at) => points[at]?.vmLck ?? 0, start);
  context.strokeStyle = inks.locked;
  context.lineWidth = 1.5;
  context.stroke();
  if (points.length > 0) {
    context.lineTo(end, row.top + row.height);
    context.lineTo(start, row.top + row.height);
    context.globalAlpha = 0.2;
    context.fillStyle = inks.locked;
    context.fill();
    context.globalAlpha = 1;
  }
  context.beginPath();
  path((at) => {
    const soft = points[at]?.soft ?? null;
    return soft !== null && soft <= scale.mostLimitBytes ? soft : null;
  }, start);
  context.strokeStyle = inks.dim;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.stroke();
  context.setLineDash([]);
}

/** Where times lie on an axis whose places are steps: within the step that had begun. To be asked in their order. */
function xOfTime({ steps }: Session, axis: FilmAxis): (tNs: number) => number {
  let place = 0;
  return (tNs) => {
    while (place + 1 < axis.steps && (steps.at(place + 1)?.startedNs ?? 0) <= tNs) place++;
    const [from, to] = [axis.edges[place] ?? 0, axis.edges[place + 1] ?? 0];
    if (axis.scale !== 'wall') return from;
    const started = steps.at(place)?.startedNs ?? 0;
    const next = steps.at(place + 1)?.startedNs ?? axis.endNs;
    return from + (to - from) * Math.min(1, Math.max(0, (tNs - started) / Math.max(1, next - started)));
  };
}

/** What of another process is in memory, from 0 to the most that was seen. */
function paintRss(context: CanvasRenderingContext2D, { session, axis, inks }: FilmScene, { top, height }: Row): void {
  const { samples } = session;
  const most = samples.reduce((sum, { vmRss }) => Math.max(sum, vmRss), 1);
  const yOf = (bytes: number): number => top + height - (bytes / most) * (height - 1);
  const [start, end, xOf] = [axis.edges[0] ?? 0, axis.edges[axis.steps] ?? 0, xOfTime(session, axis)];
  context.beginPath();
  let last: number | undefined;
  for (const { tNs, vmRss } of samples) {
    const x = last === undefined ? start : xOf(tNs);
    if (last === undefined) context.moveTo(x, yOf(vmRss));
    else context.lineTo(x, yOf(last));
    context.lineTo(x, yOf(vmRss));
    last = vmRss;
  }
  if (last === undefined) return;
  context.lineTo(end, yOf(last));
  context.strokeStyle = inks.dim;
  context.lineWidth = 1.5;
  context.stroke();
  context.lineTo(end, top + height);
  context.lineTo(start, top + height);
  context.globalAlpha = 0.2;
  context.fillStyle = inks.dim;
  context.fill();
  context.globalAlpha = 1;
}

/** How many faults another process took between two samples, on a scale of powers; major ones make them brighter. */
function paintFaults(
  context: CanvasRenderingContext2D,
  { session, axis, inks }: FilmScene,
  { top, height }: Row,
): void {
  const bars = faultBars(session.samples, xOfTime(session, axis));
  const most = Math.log1p(bars.reduce((sum, { faults }) => Math.max(sum, faults), 1));
  for (const { x, width, faults, major } of bars) {
    if (faults === 0) continue;
    const bar = Math.max(1, (Math.log1p(faults) / most) * height);
    context.fillStyle = major > 0 ? inks.text : inks.dim;
    context.fillRect(x, top + height - bar, Math.max(1, width), bar);
  }
}

/** How long each call took, on a scale of powers; those that faulted are brighter. */
function paintTimes(context: CanvasRenderingContext2D, { session, axis, inks }: FilmScene, { top, height }: Row): void {
  const { steps, digest } = session;
  const most = Math.log1p(digest.longestNs / shortNs) || 1;
  for (let at = 0; at < axis.steps; ) {
    const x = axis.edges[at] ?? 0;
    let [ns, faults] = [0, 0];
    const first = at;
    do {
      const step = steps.at(at);
      ns = Math.max(ns, step?.durationNs ?? 0);
      faults += (step?.minorFaults ?? 0) + (step?.majorFaults ?? 0);
      at++;
    } while (at < axis.steps && (axis.edges[at + 1] ?? 0) - x <= 1);
    const width = (axis.edges[at] ?? 0) - x;
    const gap = at - first > 1 || width < 4 ? 0 : Math.min(14, width * 0.18);
    const bar = Math.max(1, (Math.log1p(ns / shortNs) / most) * height);
    context.fillStyle = faults > 0 ? inks.dim : inks.line;
    context.fillRect(x + gap, top + height - bar, Math.max(1, width - gap * 2), bar);
  }
}

/** The shortest time that has a height. */
const shortNs = 500;

/** A tick for each call, a diamond for each refused one: an expected one is ink, any other a warning. */
function paintCalls(context: CanvasRenderingContext2D, { session, axis, inks }: FilmScene, { top, height }: Row): void {
  const y = top + height / 2;
  context.fillStyle = inks.faint;
  let lastX = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < axis.steps; at++) {
    const x = middleOf(axis, at);
    if (x - lastX < markedApart || session.steps.at(at)?.errno !== null) continue;
    context.fillRect(Math.round(x) - 0.5, y - 3, 1, 6);
    lastX = x;
  }
  context.font = '600 10.5px "JetBrains Mono Variable", monospace';
  context.textBaseline = 'middle';
  const firstIndexed = session.steps.at(0)?.index ?? 0;
  const refused = [...session.digest.refused].filter(({ index }) => index >= firstIndexed);
  let [before, free] = [Number.NEGATIVE_INFINITY, 0];
  for (const { index, errno, expected } of refused) {
    const x = middleOf(axis, index - firstIndexed);
    if (x - before < markedApart) continue;
    before = x;
    context.fillStyle = expected ? inks.text : inks.warn;
    context.beginPath();
    context.moveTo(x, y - 4.5);
    context.lineTo(x + 4.5, y);
    context.lineTo(x, y + 4.5);
    context.lineTo(x - 4.5, y);
    context.fill();
    if (x < free) continue;
    const next = refused.find((step) => step.index > index);
    const room = (next ? middleOf(axis, next.index - firstIndexed) : axis.width) - x;
    if (room < wordsPx) continue;
    context.fillText(errno ?? '', x + 8, y + 0.5);
    free = x + wordsPx;
  }
}

/** The line through the instant that is shown, with its flag; what is only pointed at has a thinner one. */
export function paintPlayhead(
  context: CanvasRenderingContext2D,
  {
    session,
    axis,
    layout,
    range,
    compared,
    shownNs,
    inks,
    scale,
  }: Pick<FilmScene, 'session' | 'axis' | 'layout' | 'range' | 'compared' | 'shownNs' | 'inks' | 'scale'>,
  { shown, pinned, newest }: { shown: number | undefined; pinned: number | undefined; newest: number },
): void {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, axis.width, layout.height);
  if (axis.steps === 0) return;
  const head = shown ?? newest;
  const timed = session.target !== undefined && axis.scale === 'wall';
  const end = axis.edges[axis.steps] ?? 0;
  const middle = shownNs !== undefined ? xOfTime(session, axis)(shownNs) : timed ? end - 1 : middleOf(axis, head);
  const inSight = middle >= 0 && middle <= axis.width;
  const x = Math.min(axis.width - 1, Math.max(1, middle));
  context.fillStyle = inks.text;
  if (range) {
    const [from, to] = [Math.min(range.from, range.to), Math.max(range.from, range.to)];
    const left = axis.edges[from] ?? 0;
    context.globalAlpha = 0.16;
    context.fillRect(left, 0, (axis.edges[to + 1] ?? 0) - left, layout.height);
    context.globalAlpha = 1;
  }
  if (compared !== undefined && compared >= 0) {
    const at = middleOf(axis, compared);
    context.strokeStyle = inks.text;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(Math.round(at), 8);
    context.lineTo(Math.round(at), layout.height);
    context.stroke();
    context.setLineDash([]);
    context.strokeRect(Math.round(at) - 4, 0.5, 8, 7);
  }
  if (pinned !== undefined && head !== pinned && !timed) {
    context.globalAlpha = 0.4;
    flag(context, middleOf(axis, pinned), layout.height);
    context.globalAlpha = 1;
  }
  const cell = (axis.edges[head + 1] ?? 0) - (axis.edges[head] ?? 0);
  if (cell >= 4 && !timed) {
    context.strokeStyle = inks.text;
    context.globalAlpha = 0.8;
    const { top } = layout.lanes;
    context.strokeRect((axis.edges[head] ?? 0) + 0.5, top - 0.5, cell - 1, lanesBottom(layout) - top + 1);
    context.globalAlpha = 1;
  }
  if (inSight) flag(context, x, layout.height);
  if (shown === undefined) return;
  // Where the run is now, while something else is shown.
  context.fillStyle = inks.faint;
  context.fillRect(Math.max(0, end - 1), layout.lanes.top, 1, lanesBottom(layout) - layout.lanes.top);
}

const lanesBottom = ({ locked, times, height }: FilmLayout): number => ((locked ?? times)?.top ?? height) - 3;

function flag(context: CanvasRenderingContext2D, x: number, height: number): void {
  context.fillRect(Math.round(x) - 0.5, 0, 1.25, height);
  context.beginPath();
  context.moveTo(x - 4.5, 0);
  context.lineTo(x + 4.5, 0);
  context.lineTo(x + 4.5, 4);
  context.lineTo(x, 8);
  context.lineTo(x - 4.5, 4);
  context.fill();
}
