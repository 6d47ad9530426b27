import { describe, expect, it } from 'vitest';
import { elsewhere, type Found, inPlace } from '../../../lab/experiments/secret-page/search-core-files.ts';

const found = (count: number, mappings: Found['mappings']): Found => ({
  route: 'file',
  title: { en: '', zh: '' },
  apparentBytes: 0,
  diskBytes: 0,
  searchedBytes: 0,
  searchNs: 0,
  truncated: false,
  found: [{ marker: 1, count }],
  mappings,
});
const mapping = (address: string, count: number, region?: number): Found['mappings'][number] => ({
  address,
  memoryBytes: 4096,
  fileBytes: 4096,
  hits: count > 0 ? [{ marker: 1, count }] : [],
  ...(region === undefined ? {} : { region }),
});

describe('where a marker was found', () => {
  it('says nothing of its own place, and names the first other mapping', () => {
    expect(elsewhere(found(1, [mapping('0x1000', 1, 1)]), 1)).toBeUndefined();
    const heap = found(3, [mapping('0x1000', 1, 1), mapping('0x5000', 2)]);
    expect(inPlace(heap, 1)).toBe(1);
    expect(elsewhere(heap, 1)?.en).toBe('found 2 times elsewhere, first in the mapping at 0x5000');
  });

  it('says that a hit in no mapping is among the registers', () => {
    expect(elsewhere(found(1, [mapping('0x1000', 0, 1)]), 1)?.en).toMatch(/found 1 time elsewhere, in no mapping/);
  });
});
