import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../lab/experiments/catalogue.ts';
import { languages } from '../../../protocol/language.ts';
import { allChapters } from '../../../renderer/components/guide/contents.ts';
import { isText, readBlock } from '../../../renderer/components/guide/experiment-block.ts';
import { headingsOf } from '../../../renderer/components/guide/headings.ts';
import { loadDocument } from '../../../renderer/components/guide/library.ts';
import { blocksOf } from '../../../renderer/components/guide/named-experiments.ts';
import { questions } from '../../../renderer/components/home/questions.ts';
import { piecesOf } from '../../../renderer/components/terms/find-terms.ts';
import { terms } from '../../../renderer/components/terms/terms.ts';
import { inProject } from '../../../scripts/project.mjs';

const known = (await catalogue()).map((experiment) => experiment.descriptor());
const read = (language: string, name: string) => readFileSync(inProject('docs', language, name), 'utf8');
const documents = readdirSync(inProject('docs', 'en'));

describe('the blocks that name experiments', () => {
  it.each(documents)('of %s name experiments and parameters that there are, the same in both languages', (name) => {
    const [en, zh] = languages.map((language) => blocksOf(read(language, name)));
    expect(zh).toEqual(en);
    for (const block of en ?? []) expect(readBlock(block, known), block).toHaveProperty('experiment');
  });

  it('are in every chapter that is read in order, and each experiment is in one', () => {
    const named = documents.flatMap((name) => blocksOf(read('en', name)).map((block) => readBlock(block, known)));
    const ids = named.flatMap((block) => (isText(block) ? [] : [block.experiment.id]));
    expect(new Set(ids)).toEqual(new Set(known.map(({ id }) => id)));
  });

  it('are read as the command line reads them', () => {
    const block = readBlock("pagescope run growth-factor --set items=100 --set 'formula=max(c + c / 2, n)'\n", known);
    expect(block).toMatchObject({
      experiment: { id: 'growth-factor' },
      values: { items: 100, formula: 'max(c + c / 2, n)' },
    });
  });

  it.each([
    ['rm -rf /', /isn’t of the form/],
    ['pagescope run first-touch --json', /isn’t of the form/],
    ['pagescope run no-such', /no experiment named “no-such”/],
    ['pagescope run first-touch --set leaves=3', /no parameter named “leaves”/],
    ['pagescope run first-touch --set pages=0', /pages is 0, which is out of bounds/],
    ['pagescope run first-touch --set access=think', /not one of its choices/],
  ])('are a sentence where they are wrong: %s', (block, sentence) => {
    expect(readBlock(block, known)).toMatchObject({
      en: expect.stringMatching(sentence),
      zh: expect.stringMatching(/\p{Script=Han}/u),
    });
  });
});

it('the questions to start from name experiments and parameters that there are', () => {
  for (const { command } of questions) expect(readBlock(command, known), command).toHaveProperty('experiment');
});

describe('the chapters', () => {
  it.each(allChapters.map(({ id }) => id))('%s has the same headings in both languages, each with one name', (id) => {
    const [en, zh] = languages.map((language) => headingsOf(read(language, `${id}.md`), read('en', `${id}.md`)));
    expect(zh?.map((heading) => [heading.id, heading.level])).toEqual(
      en?.map((heading) => [heading.id, heading.level]),
    );
    expect(new Set(en?.map((heading) => heading.id)).size).toBe(en?.length);
  });

  it('are loaded in the language that is asked for, without the link to the other', async () => {
    const document = await loadDocument('what-mincore-tells', 'zh');
    expect(document?.headings[0]).toEqual({ id: 'before-and-after-touching', level: 2, title: '访问之前与之后' });
    expect(document?.text).toContain('# mincore 能告诉我们什么');
    expect(document?.text).not.toContain('[English]');
  });

  it('have the programs beside them, and nothing of another name', async () => {
    expect((await loadDocument('lock-rules.c', 'en'))?.text).toContain('```c\n');
    for (const id of ['../README', 'desktop-checklist', 'toString', ''])
      expect(await loadDocument(id, 'en')).toBeUndefined();
  });
});

describe('the terms', () => {
  it.each(terms.map((term) => [term.id, term] as const))(
    '%s leads to a place that there is',
    (_id, { chapter, heading }) => {
      expect(allChapters.map(({ id }) => id)).toContain(chapter);
      const headings = headingsOf(read('en', `${chapter}.md`), read('en', `${chapter}.md`)).map(({ id }) => id);
      if (heading !== undefined) expect(headings).toContain(heading);
    },
  );

  it('are one sentence in each language', () => {
    for (const { text } of terms) {
      expect(text.en).toMatch(/^[A-Z0-9].*\.$/);
      expect(text.zh).toMatch(/\p{Script=Han}.*。$/u);
    }
  });

  it('are found as whole words, the longest first, and nothing of the text is lost', () => {
    const pieces = piecesOf('A shared zero page is resident; RSSx and nonresident are not.', 'en');
    expect(pieces.filter(({ term }) => term).map(({ text, term }) => [text, term?.id])).toEqual([
      ['shared zero page', 'zero-page'],
      ['resident', 'resident'],
    ]);
    expect(pieces.map(({ text }) => text).join('')).toBe(
      'A shared zero page is resident; RSSx and nonresident are not.',
    );
    const chinese = piecesOf('每页一次次缺页，VmLck 不变', 'zh').flatMap(({ term }) => term?.id ?? []);
    expect(chinese).toEqual(['minor-fault', 'vmlck']);
  });
});
