import { expect, it } from 'vitest';
import { countPages, formatCount } from '../../../lab/base/format.ts';

it('groups the digits of large counts, and leaves those of four as they are', () => {
  expect([formatCount(4096), formatCount(65_536), formatCount(1_048_576)]).toEqual(['4096', '65,536', '1,048,576']);
  expect([countPages(1), countPages(1_048_576)]).toEqual(['1 page', '1,048,576 pages']);
});
