import { catalogue } from '../../lab/experiments/catalogue.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import type { ExperimentDescriptor, Parameter } from '../../protocol/experiment.ts';
import { inLanguage } from '../../protocol/in-language.ts';
import type { Language } from '../../protocol/language.ts';
import { Terminal } from '../terminal.ts';

/**
 * `pagescope experiments`: the catalogue. With `json`, `{"experiments": […]}` on one line, its texts in one language.
 */
export async function experiments({ json, language }: { json: boolean; language: Language }): Promise<ExitStatus> {
  const descriptors = (await catalogue()).map((experiment) => experiment.descriptor());
  if (json) {
    process.stdout.write(`${JSON.stringify(inLanguage({ experiments: descriptors }, language))}\n`);
    return ExitStatus.Held;
  }
  const terminal = new Terminal(process.stdout);
  for (const descriptor of descriptors) print(terminal, descriptor, language);
  return ExitStatus.Held;
}

function print(terminal: Terminal, descriptor: ExperimentDescriptor, language: Language): void {
  const { id, group, title, summary, placement, reason } = descriptor;
  terminal.line(
    `${terminal.style('bold', id)}  ${title[language]}  ${terminal.style('gray', `${group}, ${placement}`)}`,
  );
  terminal.line(`  ${summary[language]}`);
  for (const parameter of descriptor.parameters) {
    terminal.line(`  --set ${`${parameter.name}=${bounds(parameter)}`.padEnd(40)} ${parameter.description[language]}`);
  }
  if (reason) terminal.line(terminal.style('yellow', `  ${reason[language]}`));
}

/** The values a parameter takes and its default: `1..1024 [64]`, `read|write [write]`, `TEXT [c + c / 2]`. */
function bounds(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'integer':
      return `${parameter.minimum}..${parameter.maximum} [${parameter.default}]`;
    case 'choice':
      return `${parameter.choices.map(({ value }) => value).join('|')} [${parameter.default}]`;
    case 'path':
      return 'FILE';
    case 'line':
      return `TEXT [${parameter.default}]`;
  }
}
