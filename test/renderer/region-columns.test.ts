import { expect, it } from 'vitest';
import { regionColumns } from '../../renderer/components/pages/region-columns.ts';

it.each([
  [1, 800, 1],
  [2, 540, 2],
  [2, 300, 1],
  [3, 540, 2],
  [4, 840, 2],
  [5, 840, 3],
  [6, 840, 3],
  [5, 1600, 5],
  [0, 840, 1],
  [5, 0, 1],
])('puts %d regions over %d pixels into %d columns', (count, width, columns) => {
  expect(regionColumns(count, width)).toBe(columns);
});
