import type { Step } from '../../../protocol/events.ts';
import { pageStates } from '../../../protocol/flags.ts';
import { mix, type Palette, parseHex, type Rgb } from '../../canvas/palette.ts';
import { type Film, mostOf, rarestOf, shareOf, withPeak } from '../../store/pages/film.ts';
import { firstIndex } from '../../store/pages/first-index.ts';
import type { Sequence } from '../../store/session/append-only-list.ts';
import { type Stretch, unseenNs } from '../../store/session/seen.ts';
import { type FilmAxis, stepAtX, timeAtX } from './film-axis.ts';

/** A rare state has at least this much of its bin's colour: it must be seen. */
const leastShare = 0.4;
/** Columns narrower than this have no line between them, CSS pixels. */
const separated = 5;

export interface Lane {
  readonly region: number;
  readonly label: string;
  readonly film: Film;
  /** When the region was looked at, besides the instants of the film. */
  readonly seen: readonly Stretch[];
  /** The step from which on the region was no longer mapped. */
  readonly unmappedBy: number;
}

/** What a column of pixels shows: an instant, those before it that it also covers; or that nobody looked. */
export type Column = { readonly first: number; readonly instant: number } | 'unseen' | 'unmapped';

/**
 * What is drawn of a region at a stretch of steps, `from` and `to` among them: the pages that the last of them left. A
 * step about another region need not have looked at this one.
 */
export function columnOf(lane: Lane, from: number, to: Step): Column {
  const { film, unmappedBy } = lane;
  if (to.index >= unmappedBy) return 'unmapped';
  const first = film.firstOfStep(from);
  const instant = film.ofStep(to.index);
  if (instant !== undefined) return { first, instant };
  const before = film.firstOfStep(to.index) - 1;
  if (before < 0) return film.forgotten > 0 ? 'unseen' : 'unmapped';
  const concerned = to.region === undefined || to.region === lane.region;
  return concerned ? 'unseen' : { first: Math.min(first, before), instant: before };
}

/**
 * What is drawn of a region from one time to another: what changed while no step was taken too, and that nobody looked.
 *
 * @param endNs where the axis ends
 */
export function columnAt(lane: Lane, fromNs: number, toNs: number, endNs: number): Column {
  const { film } = lane;
  const instant = film.lastUntil(toNs);
  if (instant < 0) return film.forgotten > 0 ? 'unseen' : 'unmapped';
  const first = Math.min(instant, film.lastUntil(fromNs) + 1);
  return film.takenNs(instant) >= fromNs || wasSeen(lane, instant, fromNs, toNs, endNs) ? { first, instant } : 'unseen';
}

/** Whether a region was looked at in a time in which its film has no instant, or soon before and soon after it. */
function wasSeen({ film, seen }: Lane, instant: number, fromNs: number, toNs: number, endNs: number): boolean {
  const at = firstIndex(seen.length, (place) => (seen[place]?.toNs ?? 0) >= fromNs);
  const stretch = seen[at];
  if (stretch && stretch.fromNs <= toNs) return true;
  const before = Math.max(film.takenNs(instant), seen[at - 1]?.toNs ?? 0);
  const next = instant + 1 < film.length ? film.takenNs(instant + 1) : endNs;
  return Math.min(next, stretch?.fromNs ?? endNs) - before <= unseenNs;
}

/** The looks of the bins of a column: those of its instant, with what was otherwise for a while before. */
export function looksOf(film: Film, { first, instant }: Exclude<Column, string>, looks: Uint32Array): void {
  for (let bin = 0; bin < film.bins; bin++) looks[bin] = film.look(instant, bin);
  for (let before = first; before < instant; before++) {
    film.forEachChanged(before, (bin) => {
      const [look, past] = [looks[bin] ?? 0, film.look(before, bin)];
      const state = isOf(look, mostOf(past)) ? rarestOf(past) : mostOf(past);
      if (!isOf(look, state)) looks[bin] = withPeak(look, state);
    });
  }
}

const isOf = (look: number, state: number): boolean => mostOf(look) === state || rarestOf(look) === state;

/** The colours that looks are drawn in, each found once. */
export class LookColours {
  readonly #states: readonly Rgb[];
  /** By look; 0 where it has not been asked for yet. */
  readonly #found = new Uint32Array(1 << 16);
  readonly well: number;
  readonly hatch: number;

  constructor(palette: Pick<Palette, 'fill' | 'line' | 'well'>) {
    this.#states = pageStates.map((state) => parseHex(palette.fill[state]));
    this.well = wordOf(parseHex(palette.well));
    this.hatch = wordOf(parseHex(palette.line.unknown));
  }

  of(look: number): number {
    const known = this.#found[look] ?? 0;
    if (known !== 0) return known;
    const [most, rarest] = [this.#states[mostOf(look)], this.#states[rarestOf(look)]];
    const share = Math.max(leastShare, shareOf(look) / 255);
    const colour = wordOf(
      mostOf(look) === rarestOf(look) || !rarest ? (most ?? [0, 0, 0]) : mix(most ?? rarest, rarest, share),
    );
    this.#found[look] = colour;
    return colour;
  }
}

const wordOf = ([red, green, blue]: Rgb): number => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

interface Size {
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels for each CSS pixel. */
  readonly scale: number;
}

/** Fills the pixels of one lane: time from left to right, its pages from top to bottom. */
export function fillLane(
  words: Uint32Array,
  { width, height, scale }: Size,
  lane: Lane,
  axis: FilmAxis,
  steps: Sequence<Step>,
  colours: LookColours,
): void {
  words.fill(0);
  const { film } = lane;
  const looks = new Uint32Array(film.bins);
  const bins = Int32Array.from({ length: height }, (_, y) =>
    Math.min(film.bins - 1, Math.floor((y * film.bins) / height)),
  );
  const drawn = new Uint32Array(height);
  const end = axis.edges[axis.steps] ?? 0;
  const pitch = Math.round(6 * scale);
  let [lastFrom, lastTo] = [-1, -1];
  let column: Column = 'unmapped';
  let timed = false;
  for (let x = 0; x < width && x / scale < end; x++) {
    const [from, to] = stepsOf(axis, x / scale, 1 / scale);
    if (from !== lastFrom || to !== lastTo) {
      const [first, last] = [steps.at(from), steps.at(Math.max(from, to))];
      column = first && last ? columnOf(lane, first.index, last) : 'unmapped';
      timed = axis.scale === 'wall' && typeof column !== 'string';
      const starts = axis.edges[from] ?? 0;
      const isEdge = from !== lastFrom && from > 0 && (axis.edges[from + 1] ?? 0) - starts >= separated;
      [lastFrom, lastTo] = [from, to];
      if (typeof column !== 'string') {
        looksOf(film, column, looks);
        fillColumn(drawn, looks, bins, colours);
      }
      if (isEdge) continue;
    }
    if (timed) {
      const [fromNs, toNs] = [timeAtX(axis, steps, x / scale), timeAtX(axis, steps, (x + 1) / scale)];
      column = columnAt(lane, fromNs, toNs, axis.endNs);
      if (typeof column !== 'string') {
        looksOf(film, column, looks);
        fillColumn(drawn, looks, bins, colours);
      }
    }
    if (column === 'unmapped') continue;
    if (column === 'unseen') {
      for (let y = 0; y < height; y++) words[y * width + x] = (x + y) % pitch < scale ? colours.hatch : colours.well;
      continue;
    }
    // All columns of the same steps are the same.
    let until = x + 1;
    if (!timed) {
      const more = () => {
        const [first, last] = stepsOf(axis, until / scale, 1 / scale);
        return first === from && last === to;
      };
      while (until < width && until / scale < end && more()) until++;
    }
    for (let y = 0; y < height; y++) words.fill(drawn[y] ?? 0, y * width + x, y * width + until);
    x = until - 1;
  }
}

/** The steps of a column of pixels: the one in its middle, or all of them where they are narrower than it. */
function stepsOf(axis: FilmAxis, x: number, width: number): readonly [from: number, to: number] {
  const middle = stepAtX(axis, x + width / 2);
  const isWide = (axis.edges[middle + 1] ?? 0) - (axis.edges[middle] ?? 0) >= width;
  return isWide ? [middle, middle] : [stepAtX(axis, x), stepAtX(axis, x + width * 0.999)];
}

/** Of bins that share a row, shows the one whose rarest state the fewest bins have: one locked page stays in sight. */
function fillColumn(drawn: Uint32Array, looks: Uint32Array, bins: Int32Array, colours: LookColours): void {
  const binsWith = new Uint32Array(pageStates.length);
  for (const look of looks) binsWith[rarestOf(look)] = (binsWith[rarestOf(look)] ?? 0) + 1;
  for (let y = 0; y < bins.length; y++) {
    const [from, to] = [bins[y] ?? 0, Math.max((bins[y] ?? 0) + 1, bins[y + 1] ?? looks.length)];
    let shown = looks[from] ?? 0;
    for (let bin = from + 1; bin < to; bin++) {
      const look = looks[bin] ?? 0;
      if ((binsWith[rarestOf(look)] ?? 0) < (binsWith[rarestOf(shown)] ?? 0)) shown = look;
    }
    drawn[y] = colours.of(shown);
  }
}
