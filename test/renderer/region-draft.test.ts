import { describe, expect, it } from 'vitest';
import { regionRequestSchema } from '../../protocol/mapping.ts';
import { newRegionDraft, type RegionDraft, regionRequest } from '../../renderer/store/workbench/region-draft.ts';

const read = (change: Partial<RegionDraft>) => regionRequest({ ...newRegionDraft, ...change }, 4096);
const kinds = (change: Partial<RegionDraft>) => {
  const result = read(change);
  return 'problems' in result ? result.problems.map(({ kind }) => kind) : 'fine';
};

describe('the form for a region', () => {
  it('reads a bare number as pages, and a size with its unit as bytes', () => {
    expect(read({ size: '64' })).toMatchObject({ request: { size: { pages: 64 } } });
    expect(read({ size: ' 256 KiB ' })).toMatchObject({ request: { size: { bytes: 262_144 } } });
    expect(read({ size: '10 MiB' })).toMatchObject({ request: { size: { bytes: 10_485_760 } } });
  });

  it.each([
    ['', 'sizeEmpty'],
    ['many', 'sizeNotASize'],
    ['-4', 'sizeNotASize'],
    ['1.5', 'sizeNotASize'],
    ['0', 'sizeZero'],
    ['0 KiB', 'sizeZero'],
    ['1 TiB', 'sizeTooLarge'],
    ['99999999999', 'sizeTooLarge'],
  ])('names what is wrong with the size %j', (size, kind) => expect(kinds({ size })).toEqual([kind]));

  it('wants a whole path of a file, and takes all of it without a size', () => {
    const file = { backing: 'file', size: '' } as const;
    expect(kinds({ ...file, path: ' ' })).toEqual(['pathEmpty']);
    expect(kinds({ ...file, path: 'data.bin' })).toEqual(['pathRelative']);
    const result = read({ ...file, path: '/tmp/data.bin', sharing: 'shared', protection: 'read' });
    expect(result).toEqual({
      request: {
        backing: { kind: 'file', path: '/tmp/data.bin', sharing: 'shared' },
        protection: ['PROT_READ'],
        hugePages: 'never',
        populate: false,
      },
    });
  });

  it('says everything that is wrong at once', () => {
    expect(kinds({ backing: 'file', size: 'x', name: 'n'.repeat(41) })).toEqual([
      'sizeNotASize',
      'pathEmpty',
      'nameTooLong',
    ]);
  });

  it('makes requests that the engine takes', () => {
    for (const backing of ['anonymous', 'shared', 'memfd', 'secret'] as const) {
      const result = read({ backing, name: ' heap ', protection: 'none', hugePages: 'always', populate: true });
      expect('request' in result && regionRequestSchema.parse(result.request)).toMatchObject({
        name: 'heap',
        backing: { kind: backing },
      });
    }
  });
});
