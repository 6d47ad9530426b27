import type { ReactNode } from 'react';
import type { Language } from '../../../protocol/language.ts';
import { keptTogether } from '../shared/kept-together.tsx';
import { piecesOf, termOf } from './find-terms.ts';
import { TermCard } from './term-card.tsx';
import type { Term } from './terms.ts';

/** Marks the terms of a long text, each once in a section: more would only be stops on the way of the keyboard. */
export class TermMarks {
  readonly #language: Language;
  /** The chapter that the text is of: a card there need not lead to it. */
  readonly #chapter: string | undefined;
  readonly #seen = new Set<Term>();

  constructor(language: Language, chapter?: string) {
    this.#language = language;
    this.#chapter = chapter;
  }

  /** A section begins. */
  begin(): void {
    this.#seen.clear();
  }

  mark(text: string, key: string | number | undefined): ReactNode {
    const pieces = piecesOf(text, this.#language).map(({ text: piece, term }, at) =>
      this.#isNew(term) ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text stay where they are
        <TermCard key={`${key} ${at}`} term={term} chapter={this.#chapter}>
          {piece}
        </TermCard>
      ) : (
        piece
      ),
    );
    return pieces.length === 1 ? pieces[0] : keptTogether(pieces);
  }

  /** A word of the kernel's; undefined where it is no term, or has been marked. */
  markCode(text: string, key: string | number | undefined): ReactNode {
    const term = termOf(text, this.#language);
    return this.#isNew(term) ? (
      <TermCard key={key} term={term} chapter={this.#chapter}>
        <code>{text}</code>
      </TermCard>
    ) : undefined;
  }

  #isNew(term: Term | undefined): term is Term {
    if (!term || this.#seen.has(term)) return false;
    this.#seen.add(term);
    return true;
  }
}
