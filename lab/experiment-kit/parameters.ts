import type { ParameterValues } from '../../protocol/experiment.ts';
import { checkParameterValue } from '../../protocol/parameter-value.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';

/** What every parameter says of itself to a reader. */
interface Described {
  readonly title: Text;
  readonly description: Text;
  /** It matters only while another parameter has one of some values. */
  readonly when?: { readonly parameter: string; readonly is: string[] };
}

export interface IntegerParameter extends Described {
  readonly kind: 'integer';
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
  readonly unit?: Text;
}

export interface ChoiceParameter<V extends string = string> extends Described {
  readonly kind: 'choice';
  readonly choices: readonly { readonly value: V; readonly title: Text }[];
  readonly default: V;
}

/** A file of the user's, or an empty line. */
export interface PathParameter extends Described {
  readonly kind: 'path';
  readonly default: string;
  /** What is taken where none is named. */
  readonly empty: Text;
}

/** A line of words that the experiment itself reads, such as a formula. */
export interface LineParameter extends Described {
  readonly kind: 'line';
  readonly default: string;
}

/** An experiment's parameters by name, in the order of the form. */
export type Parameters = Readonly<Record<string, IntegerParameter | ChoiceParameter | PathParameter | LineParameter>>;

/** The checked values of declared parameters, typed by their declaration. */
export type ValuesOf<P extends Parameters> = {
  readonly [N in keyof P]: P[N] extends ChoiceParameter<infer V>
    ? V
    : P[N] extends PathParameter | LineParameter
      ? string
      : number;
};

/** A whole number within bounds, both included. */
export function integer(declaration: Omit<IntegerParameter, 'kind'>): IntegerParameter {
  return { kind: 'integer', ...declaration };
}

/** One of a few words. */
export function choice<const V extends string>(declaration: Omit<ChoiceParameter<V>, 'kind'>): ChoiceParameter<V> {
  return { kind: 'choice', ...declaration };
}

/** A line of words; the experiment says what is wrong with it (`conflict`). */
export function line(declaration: Omit<LineParameter, 'kind'>): LineParameter {
  return { kind: 'line', ...declaration };
}

/** The name of a file; relative ones are the host's working folder's. */
export function path(declaration: Omit<PathParameter, 'kind'>): PathParameter {
  return { kind: 'path', ...declaration };
}

/**
 * The values to run with: the given ones, checked, and the defaults of the others. Numbers may come as decimal text, as
 * the command line gives them. Throws `bad-input` with one sentence about the first value that is wrong.
 */
export function checkValues<P extends Parameters>(
  experiment: string,
  parameters: P,
  given: ParameterValues,
): ValuesOf<P> {
  const names = Object.keys(parameters);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(parameters, name)) {
      throw problem(
        'bad-input',
        `${experiment} has no parameter "${name}"; it has ${names.join(', ')}.`,
        `${experiment} 没有名为 “${name}” 的参数；可用的参数有 ${names.join('、')}。`,
      );
    }
  }
  const values = Object.entries(parameters).map(([name, parameter]) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) return [name, parameter.default];
    return [name, checkParameterValue(name, parameter, value)];
  });
  // Each entry was checked against the declaration that `ValuesOf` is computed from.
  return Object.fromEntries(values) as ValuesOf<P>;
}
