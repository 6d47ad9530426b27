import type { en } from './en.ts';

/** The shape of a language's texts: the keys of English, without the singular forms that only some languages have. */
export type Texts = Shape<typeof en>;

type Shape<T> = {
  [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string ? string : Shape<T[K]>;
};

/** The names of all texts, `pages.count`: a plural goes by its name without `_one` and `_other`. */
export type TextKey = Leaves<typeof en>;

type Leaves<T, Path extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${Path}${Singular<K>}` : Leaves<T[K], `${Path}${K}.`>;
}[keyof T & string];

type Singular<K extends string> = K extends `${infer Name}_${'one' | 'other'}` ? Name : K;

/**
 * Gives a text, with values in the places of its `{{name}}`s. i18next's own typed function would be computed anew at
 * each use: with some hundred texts the compiler doesn’t finish.
 */
export type Translate = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string;
