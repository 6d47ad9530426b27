import type { en } from './en.ts';

/** The shape of a language's texts: the keys of English, without the singular forms that only some languages have. */
export type Texts = Shape<typeof en>;

type Shape<T> = {
  [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string ? string : Shape<T[K]>;
};
