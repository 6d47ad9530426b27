import type { ExperimentDescriptor, ParameterValues } from '../../../protocol/experiment.ts';
import type { Text } from '../../../protocol/text.ts';
import type { Format } from '../../i18n/format.ts';

/**
 * `Soft limit 64 KiB, Access write`: parameters by the titles that this version's experiment has for them, or by name.
 * A number whose title is its unit (`Pages 64`) has no other.
 */
export function valuesText(
  values: ParameterValues,
  experiment: ExperimentDescriptor | undefined,
  pick: (text: Text) => string,
  format: Format,
): string {
  return Object.entries(values)
    .map(([name, value]) =>
      Object.values(valueText(name, value, experiment, pick, format))
        .join(' ')
        .trimEnd(),
    )
    .join(format.listSeparator);
}

/** The parameters that two runs of one experiment were given otherwise, each with both values. */
export function changedParameters(
  a: ParameterValues,
  b: ParameterValues,
  experiment: ExperimentDescriptor | undefined,
  pick: (text: Text) => string,
  format: Format,
): { readonly name: string; readonly a: string; readonly b: string }[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) => {
    const [one, other] = [a[name], b[name]];
    if (one === other || one === undefined || other === undefined) return [];
    const [textA, textB] = [one, other].map((value) => valueText(name, value, experiment, pick, format));
    const shown = (text: typeof textA) => (text ? `${text.value} ${text.unit}`.trimEnd() : '');
    return [{ name: textA?.title ?? name, a: shown(textA), b: shown(textB) }];
  });
}

function valueText(
  name: string,
  value: string | number,
  experiment: ExperimentDescriptor | undefined,
  pick: (text: Text) => string,
  format: Format,
): { readonly title: string; readonly value: string; readonly unit: string } {
  const parameter = experiment?.parameters.find((known) => known.name === name);
  const choice = parameter?.kind === 'choice' ? parameter.choices.find((known) => known.value === value) : undefined;
  const shown = choice ? pick(choice.title) : typeof value === 'number' ? format.number(value) : value;
  const unit = parameter?.kind === 'integer' && parameter.unit ? pick(parameter.unit) : '';
  const told = parameter && unit.toLowerCase() === pick(parameter.title).toLowerCase() ? '' : unit;
  return { title: parameter ? pick(parameter.title) : name, value: shown, unit: told };
}
