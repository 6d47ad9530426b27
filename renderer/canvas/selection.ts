import { difference, hasPage, noPages, type PageSet, pagesBetween, union } from '../store/pages/page-set.ts';

/**
 * The cursor, and the pages that are selected. What is being stretched is the run from `anchor` to the cursor; it is
 * added to `base`, or taken from it. Whatever shape that has on the screen, it is runs of pages, as the kernel's calls
 * take them.
 */
export interface Selection {
  readonly cursor: number | undefined;
  /** Where a click, a drag or a Shift began. */
  readonly anchor: number | undefined;
  /** What was selected before that and stays: nothing unless Ctrl is held. */
  readonly base: PageSet;
  readonly takes: boolean;
  /** The outcome. */
  readonly pages: PageSet;
}

export const noSelection: Selection = {
  cursor: undefined,
  anchor: undefined,
  base: noPages,
  takes: false,
  pages: noPages,
};

/** How a key or a click goes on: anew, by stretching (Shift), or with what is there already (Ctrl). */
export interface Modifiers {
  readonly extend: boolean;
  readonly keep: boolean;
}

/**
 * Selects a page and puts the cursor there; with `keep` turns it over, with `extend` stretches from the anchor to it.
 */
export function moveTo(selection: Selection, page: number, { extend, keep }: Modifiers): Selection {
  if (extend) {
    const anchor = selection.anchor ?? selection.cursor ?? page;
    const { takes } = selection;
    return stretched({ cursor: page, anchor, base: keep || takes ? selection.base : noPages, takes });
  }
  if (keep) {
    const base = selection.pages;
    return stretched({ cursor: page, anchor: page, base, takes: hasPage(base, page) });
  }
  return stretched({ cursor: page, anchor: page, base: noPages, takes: false });
}

/** A drag has reached a page: it extends what it began with. */
export const dragTo = (selection: Selection, page: number): Selection =>
  stretched({ ...selection, cursor: page, anchor: selection.anchor ?? page });

/** The cursor alone moves. */
export const wander = (selection: Selection, page: number): Selection => ({ ...selection, cursor: page });

/** Other pages, chosen by other means; the cursor stays where it is. */
export const withPages = ({ cursor }: Selection, pages: PageSet): Selection => ({
  cursor,
  anchor: undefined,
  base: pages,
  takes: false,
  pages,
});

function stretched(selection: Omit<Selection, 'pages'>): Selection {
  const { cursor, anchor, base, takes } = selection;
  if (cursor === undefined || anchor === undefined) return { ...selection, pages: base };
  const run = pagesBetween(anchor, cursor);
  return { ...selection, pages: takes ? difference(base, run) : union(base, run) };
}

/** What cursor movement has to know of the grid. */
export interface Lines {
  readonly pages: number;
  readonly columns: number;
  /** Rows on the screen: how far Page Up and Page Down go. */
  readonly rowsSeen: number;
}

/**
 * Where a key takes the cursor, or undefined when the key does not move it. Home and End go to the ends of the row,
 * with `jump` (Ctrl) to those of the region. The first key of all shows the cursor on the first page.
 */
export function cursorAfter(
  key: string,
  cursor: number | undefined,
  { pages, columns, rowsSeen }: Lines,
  jump: boolean,
): number | undefined {
  const from = cursor ?? 0;
  const rowStart = from - (from % columns);
  const screen = Math.max(1, rowsSeen - 1) * columns;
  // Up and down keep to their column: where there is no such page, the cursor stays.
  const vertical = (by: number) => (from + by >= 0 && from + by < pages ? from + by : from);
  const column = from % columns;
  const lastInColumn = column + Math.floor((pages - 1 - column) / columns) * columns;
  const targets = new Map<string, number>([
    ['ArrowLeft', Math.max(0, from - 1)],
    ['ArrowRight', Math.min(pages - 1, from + 1)],
    ['ArrowUp', vertical(-columns)],
    ['ArrowDown', vertical(columns)],
    ['PageUp', from - screen >= 0 ? from - screen : column],
    ['PageDown', from + screen < pages ? from + screen : lastInColumn],
    ['Home', jump ? 0 : rowStart],
    ['End', jump ? pages - 1 : Math.min(pages, rowStart + columns) - 1],
  ]);
  const page = targets.get(key);
  return page !== undefined && cursor === undefined && key !== 'End' ? 0 : page;
}
