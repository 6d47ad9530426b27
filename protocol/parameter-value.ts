import type { Parameter } from './experiment.ts';
import { problem } from './problem.ts';

/** What a value is checked against: a parameter without its words. */
type Bounds =
  | Pick<Extract<Parameter, { kind: 'integer' }>, 'kind' | 'minimum' | 'maximum'>
  | { readonly kind: 'choice'; readonly choices: readonly { readonly value: string }[] }
  | { readonly kind: 'path' | 'line' };

/**
 * The value of a parameter, checked. Numbers may come as decimal text, as the command line gives them. Throws
 * `bad-input` with a sentence about what is wrong with it.
 */
export function checkParameterValue(name: string, bounds: Bounds, value: string | number): string | number {
  switch (bounds.kind) {
    case 'integer':
      return checkInteger(name, bounds, value);
    case 'choice':
      return checkChoice(name, bounds.choices, value);
    case 'path':
    case 'line':
      return String(value);
  }
}

function checkInteger(
  name: string,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  value: string | number,
): number {
  const number = typeof value === 'number' ? value : /^-?\d+$/.test(value.trim()) ? Number(value) : Number.NaN;
  if (!Number.isInteger(number)) {
    throw problem(
      'bad-input',
      `${name} is "${value}", which is not a whole number; give one from ${minimum} to ${maximum}.`,
      `${name} 的值 “${value}” 不是整数；请给出 ${minimum} 到 ${maximum} 之间的整数。`,
    );
  }
  if (number < minimum || number > maximum) {
    throw problem(
      'bad-input',
      `${name} is ${value}, which is out of bounds; give a number from ${minimum} to ${maximum}.`,
      `${name} 的值 ${value} 超出范围；请给出 ${minimum} 到 ${maximum} 之间的数。`,
    );
  }
  return number;
}

function checkChoice(name: string, choices: readonly { readonly value: string }[], value: string | number): string {
  const found = choices.find((each) => each.value === value);
  if (found) return found.value;
  const known = choices.map((each) => each.value);
  throw problem(
    'bad-input',
    `${name} is "${value}", which is not one of its choices; choose ${known.join(', ')}.`,
    `${name} 的值 “${value}” 不在可选范围内；可选值有 ${known.join('、')}。`,
  );
}
