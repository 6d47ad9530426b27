import { Fragment, type ReactNode } from 'react';
import { keptTogether } from '../shared/kept-together.tsx';

/** Marks the places of values in a text; no text has such a letter. */
const mark = '\ue000';

/** Where a value is to stand. */
export const placeOf = (name: string): string => `${mark}${name}${mark}`;

/** A text with nodes in the places of its values. @param text made with `placeOf` for each */
export function withNodes(text: string, nodes: Readonly<Record<string, ReactNode>>): ReactNode {
  const pieces = text.split(mark);
  return keptTogether(
    pieces.map((piece, at) => (at % 2 === 0 ? piece : <Fragment key={piece}>{nodes[piece]}</Fragment>)),
  );
}
