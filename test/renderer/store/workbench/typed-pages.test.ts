import { describe, expect, it } from 'vitest';
import { parseTypedPages } from '../../../../renderer/store/workbench/typed-pages.ts';
import { rangesText } from '../../../support/ranges-text.ts';

const selected = (text: string, pages = 64) => {
  const result = parseTypedPages(text, pages);
  return 'pages' in result ? rangesText(result.pages, 100) : result.problem;
};

describe('a typed range', () => {
  it.each([
    ['0-15,32', '0-15,32'],
    [' 5 ', '5'],
    ['0x10-0x1f', '16-31'],
    ['5..9', '5-9'],
    ['5 - 9 12', '5-9,12'],
    ['12;3–4、7', '3-4,7,12'],
    ['0-12/4', '0,4,8,12'],
    ['0-63', '0-63'],
    ['1,2,3', '1-3'],
  ])('%j means %s', (text, expected) => expect(selected(text)).toBe(expected));

  it('says when a page is named twice, and selects it once', () => {
    expect(parseTypedPages('0-4,3-8', 64)).toEqual({ pages: { runs: [0, 9], count: 9 }, overlapped: true });
    expect(parseTypedPages('0-4,5-8', 64)).toMatchObject({ overlapped: false });
  });

  it.each([
    ['', { kind: 'empty' }],
    [' , ;', { kind: 'empty' }],
    ['a-b', { kind: 'notANumber', part: 'a-b' }],
    ['3-', { kind: 'notANumber', part: '3-' }],
    ['-3', { kind: 'notANumber', part: '-3' }],
    ['1.5', { kind: 'notANumber', part: '1.5' }],
    ['1,9-4', { kind: 'reversed', part: '9-4' }],
    ['60-64', { kind: 'outside', part: '60-64' }],
    ['99999999999999999999', { kind: 'outside', part: '99999999999999999999' }],
    ['0-9/0', { kind: 'everyZero', part: '0-9/0' }],
  ])('%j is refused, and the piece is named', (text, expected) => expect(selected(text)).toEqual(expected));

  it('refuses more runs than one action may have', () => {
    expect(selected('0-1048575/2', 1 << 20)).toEqual({ kind: 'tooMany', runs: 1 << 19 });
    expect(selected(Array.from({ length: 5000 }, (_, n) => n).join(','), 1 << 20)).toEqual({
      kind: 'tooMany',
      runs: 5000,
    });
  });
});
