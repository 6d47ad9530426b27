import type { Language } from '../../../protocol/language.ts';
import { type Term, terms } from './terms.ts';

/** A stretch of text, and the term that it is, where it is one. */
export interface Piece {
  readonly text: string;
  readonly term?: Term;
}

interface Words {
  readonly pattern: RegExp;
  readonly byWord: ReadonlyMap<string, Term>;
}

const known = new Map<Language, Words>();

/** Splits a text at its terms; together the pieces are the text. */
export function piecesOf(text: string, language: Language): Piece[] {
  const { pattern, byWord } = wordsIn(language);
  return text
    .split(pattern)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const term = byWord.get(piece.toLowerCase());
      return { text: piece, ...(term && { term }) };
    });
}

/** The term that a text is, and nothing else. */
export const termOf = (text: string, language: Language): Term | undefined =>
  wordsIn(language).byWord.get(text.toLowerCase());

function wordsIn(language: Language): Words {
  const made = known.get(language) ?? makeWords(language);
  known.set(language, made);
  return made;
}

function makeWords(language: Language): Words {
  const all = terms.flatMap((term) =>
    [term.title[language], ...(term.words?.[language] ?? [])].map((word) => [word, term] as const),
  );
  // The longest first: “shared zero page” is not “zero page” with a word before it.
  const words = all.map(([word]) => word).sort((a, b) => b.length - a.length);
  return {
    // Chinese has no spaces between words; of Latin letters whole words are meant.
    pattern: new RegExp(
      `(${words.map((word) => (/^\w/.test(word) ? `(?<!\\w)${word}(?!\\w)` : word)).join('|')})`,
      'gi',
    ),
    byWord: new Map(all.map(([word, term]) => [word.toLowerCase(), term])),
  };
}
