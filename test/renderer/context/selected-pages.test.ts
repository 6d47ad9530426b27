import { expect, it } from 'vitest';
import type { RegionInfo } from '../../../protocol/events.ts';
import { selectionIn, selectionText } from '../../../renderer/context/selected-pages.ts';
import { noPages, pageSetOf, pagesBetween, union } from '../../../renderer/store/pages/page-set.ts';

const region = (id: number, label: string, pages: number): RegionInfo => ({
  id,
  label,
  pages,
  address: '0x1000',
  length: pages * 4096,
  kind: 'anonymous',
  protection: 'rw-p',
});
const regions = [region(3, 'A', 64), region(4, 'B', 8), region(5, 'C', 8)];

it('writes the pages of each region by its label, and reads them again', () => {
  const selected = new Map([
    [3, union(pagesBetween(4, 11), pagesBetween(20, 20))],
    [4, noPages],
    [5, pagesBetween(0, 7)],
  ]);
  const text = selectionText(regions, selected);
  expect(text).toBe('A:4-11,20;C:0-7');
  selected.delete(4);
  expect(selectionIn(text, regions)).toEqual(selected);
});

it('leaves out what is in too many pieces for an address', () => {
  const scattered = pageSetOf(Array.from({ length: 130 }, (_, at) => (at % 2 === 0 ? at : 1)));
  expect(selectionText([region(3, 'A', 1000)], new Map([[3, scattered]]))).toBe('');
});

it('waits for regions that are not there yet, and selects nothing of what is not right', () => {
  expect(selectionIn('A:1;D:0', regions)).toBeUndefined();
  expect(selectionIn('A:99;B:x;C:5', regions)).toEqual(new Map([[5, pagesBetween(5, 5)]]));
});
