import type { ExperimentDescriptor, ParameterValues } from '../../../protocol/experiment.ts';
import { checkParameterValue } from '../../../protocol/parameter-value.ts';
import { ProblemError } from '../../../protocol/problem.ts';
import type { Text } from '../../../protocol/text.ts';

/** The language of a fenced block that names an experiment: the block itself is the command that runs it. */
export const blockLanguage = 'pagescope';

/** An experiment that a text names, and the parameters that it names with it. */
export interface NamedExperiment {
  readonly experiment: ExperimentDescriptor;
  readonly values: ParameterValues;
}

const option = String.raw`--set\s+(?:'([^']+)'|(\S+))`;
const command = new RegExp(String.raw`^pagescope run ([\w-]+)((?:\s+${option})*)$`);

/**
 * Reads `pagescope run first-touch --set pages=16`; a sentence where it is not such a command, names what there is not,
 * or gives a value that may not be.
 */
export function readBlock(block: string, catalogue: readonly ExperimentDescriptor[]): NamedExperiment | Text {
  const line = block.trim();
  const [, id, options = ''] = command.exec(line) ?? [];
  if (id === undefined) {
    return {
      en: `“${line}” isn’t of the form pagescope run EXPERIMENT --set name=value.`,
      zh: `“${line}”不是 pagescope run 实验 --set 名称=值 的形式。`,
    };
  }
  const experiment = catalogue.find((known) => known.id === id);
  if (!experiment) return { en: `There is no experiment named “${id}”.`, zh: `没有名为“${id}”的实验。` };
  const values: ParameterValues = {};
  for (const [, quoted, plain = ''] of options.matchAll(new RegExp(option, 'g'))) {
    const [name = '', ...rest] = (quoted ?? plain).split('=');
    const parameter = experiment.parameters.find((known) => known.name === name);
    if (!parameter) {
      return { en: `${id} has no parameter named “${name}”.`, zh: `${id} 没有名为“${name}”的参数。` };
    }
    try {
      values[name] = checkParameterValue(name, parameter, rest.join('='));
    } catch (error) {
      if (error instanceof ProblemError) return error.problem.text;
      throw error;
    }
  }
  return { experiment, values };
}

export const isText = (block: NamedExperiment | Text): block is Text => 'en' in block;
