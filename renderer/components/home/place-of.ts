import type { Question } from './questions.ts';

/** The place of a question among the small experiments. */
export const placeOf = ({ id }: Question): string => `home/${id}`;
