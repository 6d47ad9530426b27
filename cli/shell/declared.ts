import type { Argument, Command, Option } from 'commander';

/** What may stand for a value, where something can be offered for it. */
export type Values = readonly string[] | 'file' | undefined;

export interface DeclaredOption {
  /** As it is typed: `-V`, `--version`. */
  readonly names: readonly string[];
  /** The name of its value; undefined where it takes none. */
  readonly value?: string;
  readonly values: Values;
  readonly description: string;
  /** What counts when it is not given, for people. */
  readonly whenLeftOut?: string;
}

export interface DeclaredArgument {
  readonly name: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly values: Values;
  readonly description: string;
}

export interface DeclaredCommand {
  readonly name: string;
  readonly description: string;
  /** Its own; those of the program may be given with every command. */
  readonly options: readonly DeclaredOption[];
  readonly arguments: readonly DeclaredArgument[];
}

export interface Declared extends DeclaredCommand {
  readonly commands: readonly DeclaredCommand[];
}

/** Words that are known by what an argument is called: experiments of `id`, and so on. */
export type KnownWords = Readonly<Record<string, readonly string[]>>;

const files = ['file', 'recording', 'a', 'b'];

/** The command line as plain data, from the declaration that parses it: completions and the manual are made of it. */
export function declared(program: Command, words: KnownWords): Declared {
  const help = program.createHelp();
  const valuesOf = (name: string, choices: readonly string[] | undefined): Values =>
    choices ?? words[name] ?? (files.includes(name) ? 'file' : undefined);

  const option = (each: Option): DeclaredOption => {
    const value = /[<[]([^>\].]+)/.exec(each.flags)?.[1];
    const left = each.defaultValueDescription ?? each.defaultValue;
    return {
      names: [each.short, each.long].filter((name) => name !== undefined),
      ...(value !== undefined && { value }),
      values: value === undefined ? undefined : valuesOf(value, each.argChoices),
      description: each.description,
      ...((typeof left === 'string' || typeof left === 'number') && { whenLeftOut: String(left) }),
    };
  };
  const argument = (each: Argument): DeclaredArgument => ({
    name: each.name(),
    required: each.required,
    variadic: each.variadic,
    values: valuesOf(each.name(), each.argChoices),
    description: each.description,
  });
  const command = (each: Command): DeclaredCommand => ({
    name: each.name(),
    description: each.description(),
    options: help.visibleOptions(each).map(option),
    arguments: each.registeredArguments.map(argument),
  });
  const common = command(program);
  const commands = help.visibleCommands(program).map(command);
  const isCommon = ({ names }: DeclaredOption) => common.options.some((each) => each.names.at(-1) === names.at(-1));
  return {
    ...common,
    commands: commands.map((each) => ({ ...each, options: each.options.filter((one) => !isCommon(one)) })),
  };
}
