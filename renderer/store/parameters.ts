import type { Parameter, ParameterValues } from '../../protocol/experiment.ts';

/** Fields as typed: a number field that is empty or half typed is a string. */
export type Draft = Readonly<Record<string, string | number>>;

/** What is wrong with a field; the words are in the texts of the window. */
export type FieldProblem = 'notANumber' | 'outOfBounds' | 'notAChoice';

export const draftValue = (parameter: Parameter, draft: Draft | undefined): string | number =>
  draft?.[parameter.name] ?? parameter.default;

export function fieldProblem(parameter: Parameter, value: string | number): FieldProblem | undefined {
  if (parameter.kind === 'choice') {
    return parameter.choices.some((choice) => choice.value === value) ? undefined : 'notAChoice';
  }
  // A path or a line may be anything, empty too: whether there is such a file, or what it says, the engine tells.
  if (parameter.kind !== 'integer') return undefined;
  const number = typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isInteger(number)) return 'notANumber';
  return number < parameter.minimum || number > parameter.maximum ? 'outOfBounds' : undefined;
}

/** The values to run with, or undefined while a field is wrong. */
export function parameterValues(
  parameters: readonly Parameter[],
  draft: Draft | undefined,
): ParameterValues | undefined {
  const values: ParameterValues = {};
  for (const parameter of parameters) {
    const value = draftValue(parameter, draft);
    if (fieldProblem(parameter, value)) return undefined;
    values[parameter.name] = parameter.kind === 'integer' ? Number(value) : value;
  }
  return values;
}
