import { expect, it } from 'vitest';
import { regionColumns } from '../../../renderer/components/page-map/region-columns.ts';

it.each([
  // Where the height is not known, or none to spare: as few rows as the width allows.
  [1, 800, 0, 64, 1],
  [2, 540, 0, 64, 2],
  [2, 300, 0, 64, 1],
  [3, 540, 0, 64, 2],
  [3, 540, 0, 1, 3],
  [4, 840, 0, 64, 2],
  [5, 840, 0, 64, 3],
  [6, 840, 0, 64, 3],
  [5, 1600, 0, 64, 5],
  [0, 840, 0, 64, 1],
  [5, 0, 0, 64, 1],
  [2, 870, 540, 64, 2],
  [3, 870, 540, 64, 3],
  [6, 870, 540, 64, 3],
  // With height to spare: the grids as large as they can be.
  [6, 1680, 1040, 64, 3],
  [2, 700, 1200, 64, 1],
  [40, 1680, 1040, 64, 7],
])(
  'puts %d regions into %d by %d pixels, of %d pages the largest, in %d columns',
  (count, width, height, largest, columns) => {
    expect(regionColumns({ count, width, height, largest })).toBe(columns);
  },
);
