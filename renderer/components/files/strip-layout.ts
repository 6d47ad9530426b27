import type { FilePages } from '../../../protocol/files.ts';

/** Cells of a strip, CSS pixels: down a column, then the next one. */
export interface StripLayout {
  readonly side: number;
  readonly rows: number;
}

const [smallest, largest] = [2, 16];

/** As many cells as there is room for. */
export const cellsIn = (width: number, height: number): number =>
  Math.max(1, Math.floor(width / smallest) * Math.floor(height / smallest));

/** The largest cells with which all find room. */
export function layoutOf(cells: number, width: number, height: number): StripLayout {
  for (let side = largest; side > smallest; side--) {
    if (Math.floor(width / side) * Math.floor(height / side) >= cells) return { side, rows: Math.floor(height / side) };
  }
  return { side: smallest, rows: Math.max(1, Math.floor(height / smallest)) };
}

/** Which cell is at a place; undefined beside them. */
export function cellAt({ side, rows }: StripLayout, cells: number, x: number, y: number): number | undefined {
  const [column, row] = [Math.floor(x / side), Math.floor(y / side)];
  const cell = column * rows + row;
  return x < 0 || y < 0 || row >= rows || cell >= cells ? undefined : cell;
}

/** The pages of a cell, and how much of it is cached, 0 to 1. */
export interface CellFacts {
  readonly first: number;
  readonly last: number;
  readonly share: number;
  readonly dirty: boolean;
  /** Some of it is. */
  readonly locked: boolean;
}

export interface CellBytes {
  readonly cached: Uint8Array;
  readonly dirty: Uint8Array | undefined;
}

export function factsOf(
  {
    firstPage,
    pageCount,
    pagesPerCell,
    locked,
  }: Pick<FilePages, 'firstPage' | 'pageCount' | 'pagesPerCell' | 'locked'>,
  { cached, dirty }: CellBytes,
  cell: number,
): CellFacts {
  const first = firstPage + cell * pagesPerCell;
  const last = Math.min(first + pagesPerCell, firstPage + pageCount) - 1;
  const isLocked = locked.some((each) => each.firstPage <= last && first < each.firstPage + each.pageCount);
  return { first, last, share: (cached[cell] ?? 0) / 255, dirty: (dirty?.[cell] ?? 0) > 0, locked: isLocked };
}

/** What a service wrote as base64. */
export const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
