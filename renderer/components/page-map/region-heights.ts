import { cellHeight, cellWidth, columnsFor } from '../../canvas/layout.ts';

/** A region has room for what is said of it beside its pages, CSS pixels; a collapsed one is a line. */
const leastHeight = 66;
export const collapsedHeight = 22;
export const between = 10;

interface Room {
  /** For the cells of one row, and for all regions below each other, CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly devicePixelRatio: number;
}

export interface Scale {
  /** All regions share them. */
  readonly columns: number;
  /** Of each region in turn, CSS pixels. */
  readonly heights: readonly number[];
}

/** One scale for all regions: rows are equally high, as far as none becomes too low for its own words. */
export function scaleOf(regions: readonly { pages: number; collapsed: boolean }[], room: Room): Scale {
  const open = regions.filter(({ collapsed }) => !collapsed);
  const columns = columnsFor(open.map(({ pages }) => pages));
  const least = regions.length === 1 ? 0 : leastHeight;
  const width = cellWidth(columns, room.width, room.devicePixelRatio);
  const rowsOf = (pages: number): number => Math.ceil(pages / columns);
  let height = room.height - between * (regions.length - 1) - collapsedHeight * (regions.length - open.length);
  let shared = open.map(({ pages }) => rowsOf(pages));
  let row = 0;
  // What is too low by the share of its rows has the least height, and the others share what is left.
  for (let low = true; low && shared.length > 0; ) {
    row = cellHeight(sum(shared), Math.max(1, height), width, room.devicePixelRatio);
    const lower = shared.filter((rows) => rows * row < least);
    low = lower.length > 0 && lower.length < shared.length;
    if (!low) break;
    height -= lower.length * least;
    shared = shared.filter((rows) => rows * row >= least);
  }
  const heights = regions.map(({ pages, collapsed }) =>
    collapsed ? collapsedHeight : Math.max(least, rowsOf(pages) * row),
  );
  return { columns, heights };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
