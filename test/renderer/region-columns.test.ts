import { expect, it } from 'vitest';
import { regionColumns } from '../../renderer/components/pages/region-columns.ts';

it.each([
  [1, 800, 64, 1],
  [2, 540, 64, 2],
  [2, 300, 64, 1],
  [3, 540, 64, 2],
  [3, 540, 1, 3],
  [4, 840, 64, 2],
  [5, 840, 64, 3],
  [6, 840, 64, 3],
  [5, 1600, 64, 5],
  [0, 840, 64, 1],
  [5, 0, 64, 1],
])('puts %d regions over %d pixels, of %d pages the largest, into %d columns', (count, width, largest, columns) => {
  expect(regionColumns({ count, width, largest })).toBe(columns);
});

it.each([
  [2, 870, 540, 2],
  [3, 870, 540, 3],
  [6, 870, 540, 3],
  [6, 1680, 1040, 3],
  [2, 700, 1200, 1],
  [40, 1680, 1040, 7],
])('puts %d regions into %d by %d pixels with grids as large as they can be', (count, width, height, columns) => {
  expect(regionColumns({ count, width, height })).toBe(columns);
});
