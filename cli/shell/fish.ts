import type { Declared, DeclaredCommand, DeclaredOption, Values } from './declared.ts';

/** Completion for fish, to be sourced, or a file in a folder of `fish_complete_path`. */
export function fishCompletion(program: Declared): string {
  const complete = `complete -c ${program.name}`;
  const all = program.commands.map(({ name }) => name).join(' ');
  const lines = [
    `# Completion of ${program.name} for fish, made by '${program.name} completion fish'.`,
    `${complete} -f`,
    ...program.options.map((each) => `${complete} ${option(each)}`),
    ...program.commands.flatMap(of),
  ];
  return `${lines.join('\n')}\n`;

  function of(command: DeclaredCommand): readonly string[] {
    const inIt = `${complete} -n '__fish_seen_subcommand_from ${command.name}'`;
    const values = command.arguments[0]?.values;
    return [
      `${complete} -n 'not __fish_seen_subcommand_from ${all}' -a ${command.name} -d ${quoted(command.description)}`,
      ...command.options.map((each) => `${inIt} ${option(each)}`),
      ...(values === undefined ? [] : [`${inIt} ${offer(values)}`]),
    ];
  }
}

function option({ names, value, values, description }: DeclaredOption): string {
  const spelt = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const taken = value === undefined ? [] : ['-r', values === undefined ? '-f' : offer(values)];
  return [...spelt, ...taken, '-d', quoted(description)].join(' ');
}

const offer = (values: NonNullable<Values>) => (values === 'file' ? '-F' : `-f -a ${quoted(values.join(' '))}`);

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
