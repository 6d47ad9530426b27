import type { Language } from './language.ts';
import { numbersIn } from './quantity.ts';
import type { Result, ResultValue } from './result.ts';

/** A piece of a result's sentence: words, or a measured number with what it says. */
export type ResultPart = string | (ResultValue & { readonly name: string; readonly said: string });

/** The sentence of a result in its pieces; a `{name}` without a value stays as it is written. */
export function resultParts({ text, values }: Pick<Result, 'text' | 'values'>, language: Language): ResultPart[] {
  const { quantity } = numbersIn(language);
  return text[language].split(/(\{\w+\})/).flatMap((piece): ResultPart[] => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    const value = name === undefined ? undefined : values[name];
    if (name === undefined || !value) return piece === '' ? [] : [piece];
    return [{ ...value, name, said: quantity(value.value, value.unit) }];
  });
}

/** The sentence of a result, whole. */
export function resultText(result: Pick<Result, 'text' | 'values'>, language: Language): string {
  return resultParts(result, language)
    .map((part) => (typeof part === 'string' ? part : part.said))
    .join('');
}
