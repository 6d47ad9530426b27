import { type PageState, pageState, pageStates } from '../../protocol/flags.ts';
import type { Report } from '../../protocol/report.ts';

type Snapshot = Report['snapshots'][number];

/** Cells of a page map, at most: more pages share one. */
const maxCells = 4096;
const cell = 10;

/** Up to so many, each is drawn by itself, with a gap to its neighbours. */
const maxApart = 1024;

/** Columns of a map, by size, as in the window. */
const columnsFor = (cells: number): number => (cells <= 64 ? 8 : cells <= 256 ? 16 : 64);

/** The cells of a region's map. */
function cellsOf(pages: number): { readonly perCell: number; readonly columns: number; readonly rows: number } {
  const perCell = Math.ceil(pages / maxCells);
  const cells = Math.ceil(pages / perCell);
  const columns = columnsFor(cells);
  return { perCell, columns, rows: Math.ceil(cells / columns) };
}

/** How high a region's map is beside its width. */
export function mapShape(pages: number): number {
  const { columns, rows } = cellsOf(pages);
  return rows / columns;
}

/** A region's pages as SVG: a path for each state, so that a page costs few bytes; a cell has its commonest state. */
export function pageMap({ runs, unknown = 0 }: Pick<Snapshot, 'runs' | 'unknown'>, pages: number): string {
  const { perCell, columns, rows } = cellsOf(pages);
  const states = cellStates(runs, pages, perCell, unknown);
  const paths = new Map<PageState, string>();
  for (let from = 0; from < states.length; ) {
    const state = states[from] ?? 'unknown';
    const [column, row] = [from % columns, Math.floor(from / columns)];
    let end = from + 1;
    while (states.length > maxApart && end < states.length && end % columns !== 0 && states[end] === state) end++;
    const path = `M${column * cell} ${row * cell}h${(end - from) * cell - 1}v${cell - 1}h-${(end - from) * cell - 1}z`;
    paths.set(state, (paths.get(state) ?? '') + path);
    from = end;
  }
  const drawn = [...paths].map(([state, d]) => `<path class="${state}" d="${d}"/>`);
  return drawing(columns * cell, rows * cell, drawn, ` style="max-width:${Math.min(640, columns * 24)}px"`);
}

/** The share of each page state after each step, a column a step: what a filmstrip shows at a glance. */
export function filmstrip(report: Report): string {
  const height = 64;
  const columns = report.steps.map(({ index }) => index);
  const wide = Math.max(1, Math.floor(1000 / Math.max(1, columns.length)));
  const pagesOf = new Map(report.regions.map(({ id, pages }) => [id, pages]));
  const seen = new Map<number, ReadonlyMap<PageState, number>>();
  const byStep = new Map<number, Snapshot[]>();
  for (const snapshot of report.snapshots) byStep.set(snapshot.step, [...(byStep.get(snapshot.step) ?? []), snapshot]);
  const paths = new Map<PageState, string>();
  columns.forEach((step, column) => {
    for (const snapshot of byStep.get(step) ?? []) seen.set(snapshot.region, pagesByState(snapshot));
    const counts = new Map<PageState, number>();
    for (const states of seen.values()) {
      for (const [state, count] of states) counts.set(state, (counts.get(state) ?? 0) + count);
    }
    const all = [...seen.keys()].reduce((sum, region) => sum + (pagesOf.get(region) ?? 0), 0);
    let below = height;
    for (const state of pageStates) {
      // A page of thousands is still seen.
      const count = counts.get(state) ?? 0;
      const tall = count === 0 || state === 'absent' ? 0 : Math.max(1, (count / all) * height);
      if (tall === 0) continue;
      below -= tall;
      const path = `M${column * wide} ${round(below)}h${wide}v${round(tall)}h-${wide}z`;
      paths.set(state, (paths.get(state) ?? '') + path);
    }
  });
  const width = Math.max(1, columns.length) * wide;
  return drawing(
    width,
    height,
    [...paths].map(([state, d]) => `<path class="${state}" d="${d}"/>`),
  );
}

/** VmLck over time, under its limit where there is one that would be seen. */
export function lockTimeline({ samples }: Report): string {
  const [width, height] = [1000, 64];
  const last = Math.max(1, samples.at(-1)?.tNs ?? 1);
  const locked = samples.map(({ vmLck }) => vmLck).reduce((a, b) => Math.max(a, b), 0);
  const limits = samples.flatMap(({ memlockSoft }) => (typeof memlockSoft === 'number' ? [memlockSoft] : []));
  const limit = limits.at(-1);
  const shown = limit !== undefined && limit <= 4 * locked;
  const most = Math.max(1, locked, shown ? limit : 0) * 1.05;
  const [x, y] = [
    (ns: number) => round((ns / last) * width),
    (bytes: number) => round(height - (bytes / most) * height),
  ];
  const points = samples.map(
    ({ tNs, vmLck }, index) => `${index === 0 ? 'M' : 'H'}${x(tNs)}${index === 0 ? ` ${y(vmLck)}` : `V${y(vmLck)}`}`,
  );
  const line = shown ? `<path class="limit" d="M0 ${y(limit)}H${width}"/>` : '';
  return drawing(width, height, [`<path class="vmlck" d="${points.join('') || 'M0 0'}"/>`, line]);
}

const round = (value: number): number => Math.round(value * 10) / 10;

const drawing = (width: number, height: number, parts: readonly string[], attributes = ''): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none"${attributes}>${parts.join('')}</svg>`;

function pagesByState({ runs, unknown = 0 }: Snapshot): ReadonlyMap<PageState, number> {
  const counts = new Map<PageState, number>();
  for (const [, pageCount, flags] of runs) {
    const state = pageState(flags, unknown);
    counts.set(state, (counts.get(state) ?? 0) + pageCount);
  }
  return counts;
}

/** For each cell of `perCell` pages the state that most of its pages have. */
function cellStates(runs: Snapshot['runs'], pages: number, perCell: number, unknown: number): PageState[] {
  const cells = Math.ceil(pages / perCell);
  const most = new Uint32Array(cells);
  const states = new Array<PageState>(cells).fill('absent');
  for (const [first, length, flags] of runs) {
    const end = Math.min(first + length, pages);
    for (let at = Math.floor(first / perCell); at * perCell < end; at++) {
      const covered = Math.min(end, (at + 1) * perCell) - Math.max(first, at * perCell);
      if (covered <= (most[at] ?? 0)) continue;
      most[at] = covered;
      states[at] = pageState(flags, unknown);
    }
  }
  return states;
}
