import { expect, it } from 'vitest';
import { plainName, withPlainName } from '../../protocol/plain-name.ts';

it('a name that others chose is one line without what moves a cursor or turns letters round', () => {
  expect(plainName('rt-audio (deleted)')).toBe('rt-audio (deleted)');
  expect(plainName('a\u001b[31mb\nc\u202ed')).toBe('a\\x1b[31mb\\x0ac\\u202ed');
  expect(plainName('数据库')).toBe('数据库');
});

it('what has a plain name, or none, stays the same object', () => {
  const [named, nameless] = [{ name: 'heap' }, { name: null }];
  expect(withPlainName(named)).toBe(named);
  expect(withPlainName(nameless)).toBe(nameless);
  expect(withPlainName({ name: '\u0007', pages: 3 })).toEqual({ name: '\\x07', pages: 3 });
});
