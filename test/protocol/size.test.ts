import fc from 'fast-check';
import { expect, it } from 'vitest';
import { limitKib, limitPages, tighter } from '../../protocol/limit-units.ts';
import { exactBytes, parseSize } from '../../protocol/size.ts';

it.each([
  ['64MiB', 64 * 1024 ** 2],
  ['100M', 100 * 1024 ** 2],
  ['4096K', 4096 * 1024],
  ['4096k', 4096 * 1024],
  ['1.5 GiB', 1.5 * 1024 ** 3],
  ['10MB', 10_000_000],
  ['65536', 65536],
  ['1b', 1],
])('%s is a size', (text, bytes) => expect(parseSize(text)).toBe(bytes));

it.each([
  '',
  ' ',
  '0',
  '-1',
  'M',
  '1.5',
  '1.0001K',
  '4 096',
  '1e6',
  '64XiB',
  '0x10',
  'NaN',
  '99999999TiB',
  '64 MiB MiB',
])('"%s" is no size', (text) => expect(parseSize(text)).toBeUndefined());

it('what is shown exactly is read as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (bytes) => {
      expect(parseSize(exactBytes(bytes).replace(/ bytes$/, ''))).toBe(bytes);
    }),
  );
});

it('a limit is rounded down to what ulimit -l and mlock make of it', () => {
  expect([limitKib(65535), limitPages(65535, 4096)]).toEqual([63, 15]);
  expect([limitKib('unlimited'), limitPages('unlimited', 4096)]).toEqual(['unlimited', 'unlimited']);
  expect([tighter(1, 'unlimited'), tighter('unlimited', 2), tighter(3, 2)]).toEqual([1, 2, 2]);
});
