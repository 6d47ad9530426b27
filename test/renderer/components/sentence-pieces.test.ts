import { expect, it } from 'vitest';
import { findExperiment } from '../../../lab/experiments/catalogue.ts';
import { type SentencePiece, sentencePieces } from '../../../renderer/components/experiment/sentence-pieces.ts';

const said = (pieces: readonly SentencePiece[]): string =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : `<${piece.parameter.name}>`)).join('');

const firstTouch = (await findExperiment('first-touch')).descriptor();

it('names the parameters that matter, in both languages', () => {
  expect(said(sentencePieces(firstTouch, {}, 'en'))).toBe(
    'Map <pages> pages and <access> each of them, in <order> order.',
  );
  expect(said(sentencePieces(firstTouch, { order: 'stride' }, 'en'))).toContain('order, <stride> pages apart.');
  expect(said(sentencePieces(firstTouch, { order: 'random' }, 'zh'))).toContain('，种子 <seed>。');
});

it('counts in the singular where there is one', () => {
  expect(said(sentencePieces(firstTouch, { pages: 1 }, 'en'))).toContain('Map <pages> page and');
});

it('says the title and every parameter where an experiment has no sentence, and adds those that it does not name', () => {
  const { sentence: _sentence, ...plain } = firstTouch;
  expect(said(sentencePieces(plain, {}, 'en'))).toBe('First touch: <pages>, <access>, <order>.');
  const short = { ...firstTouch, sentence: { en: 'Map {pages} pages', zh: '映射 {pages} 页' } };
  expect(said(sentencePieces(short, {}, 'en'))).toBe('Map <pages> pages, <access>, <order>.');
});
