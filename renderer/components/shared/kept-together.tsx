import type { ReactElement, ReactNode } from 'react';
import classes from './kept-together.module.css';

const opening = /[（(“‘「『《[]+$/;
const closing = /^[。，、；：！？）”’」』》.,;:!?)\]%]+/;

/**
 * The pieces of a sentence, in which words stand beside buttons and fields. A line may begin and end at these whatever
 * is beside them, so that a full stop could begin one: marks that belong to such a piece are kept together with it.
 *
 * @param draw how a stretch of words is drawn, as the only one with that key
 */
export function keptTogether(
  pieces: readonly (string | ReactElement)[],
  draw: (text: string, key: number) => ReactNode = (text) => text,
): ReactNode[] {
  return pieces.flatMap((piece, at): ReactNode[] => {
    const [before, after] = [pieces[at - 1], pieces[at + 1]];
    if (typeof piece !== 'string') {
      const marks = [marksOf(before, opening), marksOf(after, closing)];
      if (!marks.some(Boolean)) return [piece];
      return [
        <span key={`together ${piece.key ?? at}`} className={classes.together}>
          {marks[0]}
          {piece}
          {marks[1]}
        </span>,
      ];
    }
    const rest = piece
      .slice(typeof before === 'object' ? marksOf(piece, closing).length : 0)
      .replace(typeof after === 'object' ? opening : '', '');
    return rest === '' ? [] : [draw(rest, at)];
  });
}

const marksOf = (words: string | ReactElement | undefined, which: RegExp): string =>
  typeof words === 'string' ? (which.exec(words)?.[0] ?? '') : '';
