import { describe, expect, it } from 'vitest';
import { cursorAfter, moveTo, noSelection, selectAll, selectedRange } from '../../renderer/canvas/selection.ts';

const lines = { pages: 22, columns: 5, rowsSeen: 3 };
const cursorFrom = (key: string, from: number | undefined, jump = false) => cursorAfter(key, from, lines, jump);

describe('the cursor', () => {
  it('appears on the first page with the first key', () => {
    expect(cursorFrom('ArrowRight', undefined)).toBe(0);
    expect(cursorFrom('ArrowDown', undefined)).toBe(0);
  });

  it('moves along the row and on to the next', () => {
    expect(cursorFrom('ArrowRight', 4)).toBe(5);
    expect(cursorFrom('ArrowLeft', 5)).toBe(4);
    expect(cursorFrom('ArrowLeft', 0)).toBe(0);
    expect(cursorFrom('ArrowRight', 21)).toBe(21);
  });

  it('keeps its column going up and down, and stays where there is no page', () => {
    expect(cursorFrom('ArrowDown', 3)).toBe(8);
    expect(cursorFrom('ArrowUp', 3)).toBe(3);
    expect(cursorFrom('ArrowDown', 18)).toBe(18);
  });

  it('pages by what is on the screen, less a row of overlap', () => {
    expect(cursorFrom('PageDown', 1)).toBe(11);
    expect(cursorFrom('PageDown', 14)).toBe(19);
    expect(cursorFrom('PageDown', 16)).toBe(21);
    expect(cursorFrom('PageUp', 13)).toBe(3);
    expect(cursorFrom('PageUp', 8)).toBe(3);
  });

  it('goes to the ends of the row, and with Ctrl to those of the region', () => {
    expect(cursorFrom('Home', 8)).toBe(5);
    expect(cursorFrom('End', 8)).toBe(9);
    expect(cursorFrom('End', 20)).toBe(21);
    expect(cursorFrom('Home', 8, true)).toBe(0);
    expect(cursorFrom('End', 8, true)).toBe(21);
  });

  it('leaves other keys alone', () => {
    expect(cursorFrom('a', 3)).toBeUndefined();
    expect(cursorFrom('constructor', 3)).toBeUndefined();
  });
});

describe('the selection', () => {
  it('grows from where the cursor was, in both directions', () => {
    const cursor = moveTo(noSelection, 10, false);
    expect(selectedRange(cursor)).toBeUndefined();
    expect(selectedRange(moveTo(cursor, 14, true))).toEqual({ firstPage: 10, pageCount: 5 });
    expect(selectedRange(moveTo(moveTo(cursor, 14, true), 8, true))).toEqual({ firstPage: 8, pageCount: 3 });
  });

  it('is given up when the cursor moves on', () => {
    expect(selectedRange(moveTo(selectAll(22), 3, false))).toBeUndefined();
    expect(selectedRange(selectAll(22))).toEqual({ firstPage: 0, pageCount: 22 });
  });
});
