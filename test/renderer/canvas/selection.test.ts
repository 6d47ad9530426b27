import { describe, expect, it } from 'vitest';
import {
  cursorAfter,
  dragTo,
  moveTo,
  noSelection,
  type Selection,
  wander,
  withPages,
} from '../../../renderer/canvas/selection.ts';
import { allPages, oneInEvery } from '../../../renderer/store/pages/page-set.ts';
import { rangesText } from '../../support/ranges-text.ts';

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

const plain = { extend: false, keep: false };
const shift = { extend: true, keep: false };
const ctrl = { extend: false, keep: true };
const both = { extend: true, keep: true };
const text = (selection: Selection) => rangesText(selection.pages, 100);

describe('the selection', () => {
  it('is the page that was clicked, and moves with the cursor', () => {
    const clicked = moveTo(noSelection, 10, plain);
    expect(text(clicked)).toBe('10');
    expect(text(moveTo(clicked, 11, plain))).toBe('11');
  });

  it('stretches with Shift from where it began, in both directions', () => {
    const clicked = moveTo(noSelection, 10, plain);
    expect(text(moveTo(clicked, 14, shift))).toBe('10-14');
    expect(text(moveTo(moveTo(clicked, 14, shift), 8, shift))).toBe('8-10');
  });

  it('grows by another run with Ctrl, and by a stretch of it with Ctrl and Shift', () => {
    const one = moveTo(moveTo(noSelection, 2, plain), 4, shift);
    const two = moveTo(one, 10, ctrl);
    expect(text(two)).toBe('2-4,10');
    expect(text(moveTo(two, 12, both))).toBe('2-4,10-12');
    expect(text(dragTo(two, 13))).toBe('2-4,10-13');
  });

  it('loses a page that is clicked with Ctrl again, and a run that is dragged from there', () => {
    const run = moveTo(moveTo(noSelection, 2, plain), 9, shift);
    const without = moveTo(run, 4, ctrl);
    expect(text(without)).toBe('2-3,5-9');
    expect(text(dragTo(without, 6))).toBe('2-3,7-9');
  });

  it('stays when the cursor alone moves, and when it was chosen by other means', () => {
    const chosen = withPages(moveTo(noSelection, 3, plain), oneInEvery(allPages(22), 5));
    expect(text(wander(chosen, 7))).toBe('0,5,10,15,20');
    expect(text(moveTo(wander(chosen, 7), 7, ctrl))).toBe('0,5,7,10,15,20');
  });
});
