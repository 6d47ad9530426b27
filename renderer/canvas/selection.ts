import type { PageRange } from '../../protocol/operation.ts';

/**
 * The cursor, and the selection that stretches from `anchor` to it. A selection is a run of pages, as the kernel's calls take it,
 * whatever shape it has on the screen.
 */
export interface Selection {
  readonly cursor: number | undefined;
  /** Where a drag or a Shift began; without it there is a cursor and no selection. */
  readonly anchor: number | undefined;
}

export const noSelection: Selection = { cursor: undefined, anchor: undefined };

export function selectedRange({ cursor, anchor }: Selection): PageRange | undefined {
  if (cursor === undefined || anchor === undefined) return undefined;
  const firstPage = Math.min(cursor, anchor);
  return { firstPage, pageCount: Math.abs(cursor - anchor) + 1 };
}

/** Moves the cursor; with `extend` the selection grows from where the cursor was. */
export function moveTo(selection: Selection, page: number, extend: boolean): Selection {
  return { cursor: page, anchor: extend ? (selection.anchor ?? selection.cursor ?? page) : undefined };
}

export const selectAll = (pages: number): Selection => ({ anchor: 0, cursor: pages - 1 });

/** What cursor movement has to know of the grid. */
export interface Lines {
  readonly pages: number;
  readonly columns: number;
  /** Rows on the screen: how far Page Up and Page Down go. */
  readonly rowsSeen: number;
}

/**
 * Where a key takes the cursor, or undefined when the key does not move it. Home and End go to the ends of the row, with `jump`
 * (Ctrl) to those of the region. The first key of all shows the cursor on the first page.
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
