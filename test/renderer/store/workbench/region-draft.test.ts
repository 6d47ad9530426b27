import { describe, expect, it } from 'vitest';
import { maxRegionPages, regionRequestSchema } from '../../../../protocol/mapping.ts';
import {
  newRegionDraft,
  pagesIn,
  type RegionDraft,
  regionRequest,
} from '../../../../renderer/store/workbench/region-draft.ts';

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

  it('wants an absolute path of a file, and takes all of it without a size', () => {
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
        locked: false,
      },
    });
  });

  it.each([
    ['n'.repeat(40), 'fine'],
    [` ${'名'.repeat(40)} `, 'fine'],
    ['n'.repeat(41), ['nameTooLong']],
  ])('takes a name of 40 characters and no longer one: %j', (name, expected) => {
    expect(kinds({ name })).toEqual(expected);
    const request = read({ name });
    if ('request' in request) expect(regionRequestSchema.parse(request.request).name).toBe(name.trim());
    else
      expect(
        regionRequestSchema.safeParse({ backing: { kind: 'anonymous' }, size: { pages: 1 }, protection: [], name })
          .success,
      ).toBe(false);
  });

  it.each([
    ['read-write', ['PROT_READ', 'PROT_WRITE']],
    ['read', ['PROT_READ']],
    ['write', ['PROT_WRITE']],
    ['none', []],
  ] as const)('asks for the rights that %j names', (protection, rights) => {
    expect(read({ protection })).toMatchObject({ request: { protection: rights } });
  });

  it('takes the largest region that the engine maps, and no page more', () => {
    expect(kinds({ size: `${maxRegionPages}` })).toBe('fine');
    expect(kinds({ size: `${maxRegionPages + 1}` })).toEqual(['sizeTooLarge']);
    expect(kinds({ size: '1' })).toBe('fine');
    expect(kinds({ backing: 'file', size: '', path: '/' })).toBe('fine');
  });

  it('asks for a file as it is shared, for huge pages, populating and locking only as they were chosen', () => {
    const file = { backing: 'file', path: ' /tmp/data.bin ', sharing: 'private', hugePages: 'system' } as const;
    expect(read(file)).toMatchObject({
      request: {
        backing: { kind: 'file', path: '/tmp/data.bin', sharing: 'private' },
        size: { pages: 64 },
        hugePages: 'system',
        populate: false,
        locked: false,
      },
    });
    expect(read({ populate: true, hugePages: 'always' })).toMatchObject({
      request: { populate: true, locked: false, hugePages: 'always' },
    });
    expect(read({ locked: true })).toMatchObject({ request: { populate: false, locked: true } });
    expect(read({})).not.toHaveProperty('request.name');
  });

  it('counts a page that is used in part', () => {
    expect(pagesIn({ bytes: 4097 }, 4096)).toBe(2);
    expect(pagesIn({ bytes: 4096 }, 4096)).toBe(1);
    expect(pagesIn({ pages: 7 }, 4096)).toBe(7);
  });

  it('says everything that is wrong at once', () => {
    expect(kinds({ backing: 'file', size: 'x', name: 'n'.repeat(41) })).toEqual([
      'sizeNotASize',
      'pathEmpty',
      'nameTooLong',
    ]);
  });

  it('takes a name of as many characters as the engine does, and no more', () => {
    const result = read({ name: ` ${'n'.repeat(40)} ` });
    expect('request' in result && regionRequestSchema.safeParse(result.request).success).toBe(true);
    expect(kinds({ name: 'n'.repeat(41) })).toEqual(['nameTooLong']);
  });

  it('makes requests that the engine takes', () => {
    for (const backing of ['anonymous', 'shared', 'memfd', 'secret', 'hugetlb'] as const) {
      const result = read({ backing, name: ' heap ', protection: 'none', hugePages: 'always', populate: true });
      expect('request' in result && regionRequestSchema.parse(result.request)).toMatchObject({
        name: 'heap',
        backing: { kind: backing },
      });
    }
  });
});
