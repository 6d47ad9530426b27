import type { Language } from './language.ts';
import { numbersIn } from './quantity.ts';
import type { Result, ResultValue } from './result.ts';

/** A piece of a result's sentence: words, or a measured number with what it says. */
export type ResultPart = string | (ResultValue & { readonly name: string; readonly said: string });

/** The sentence of a result in its pieces; a `{name}` without a value stays as it is written. */
export function resultParts({ text, values }: Pick<Result, 'text' | 'values'>, language: Language): ResultPart[] {
  const { quantity } = numbersIn(language);
  const parts = text[language].split(/(\{\w+\})/).flatMap((piece): ResultPart[] => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    const value = name === undefined ? undefined : values[name];
    if (name === undefined || !value) return piece === '' ? [] : [piece];
    return [{ ...value, name, said: quantity(value.value, value.unit) }];
  });
  return parts.map((part, index) =>
    typeof part === 'string' ? closedUp(part, saidBy(parts[index - 1]), saidBy(parts[index + 1])) : part,
  );
}

const saidBy = (part: ResultPart = ''): string => (typeof part === 'string' ? part : part.said);

/** Words without the space that would come to stand between two Chinese characters: numbers end in either script. */
function closedUp(words: string, before: string, after: string): string {
  const trimmed = /\p{Script=Han}$/u.test(before) ? words.replace(/^ (?=\p{Script=Han})/u, '') : words;
  return /^\p{Script=Han}/u.test(after) ? trimmed.replace(/(?<=\p{Script=Han}) $/u, '') : trimmed;
}

/** The sentence of a result, whole. */
export function resultText(result: Pick<Result, 'text' | 'values'>, language: Language): string {
  return resultParts(result, language).map(saidBy).join('');
}
