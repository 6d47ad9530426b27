import type { Declared, DeclaredArgument, DeclaredCommand, DeclaredOption, Values } from './declared.ts';

/** Completion for zsh: a file `_pagescope` in a folder of `fpath`, or sourced. */
export function zshCompletion(program: Declared): string {
  const { name, commands } = program;
  const indented = (lines: readonly string[]) => lines.map((line) => `    ${line}`).join('\n');
  return `#compdef ${name}
# Completion of ${name} for zsh, made by '${name} completion zsh'.
_${name}() {
  local curcontext=$curcontext state line
  local -a commands=(
${indented(commands.map((each) => quoted(`${each.name}:${each.description}`)))}
  )
  local -a common=(
${indented(program.options.map(option))}
  )
  _arguments -C $common '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${commands.map((each) => `        ${each.name}) ${of(each)} ;;`).join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function of(command: DeclaredCommand): string {
  const own = [...command.options.map(option), ...command.arguments.map(argument)];
  return ['_arguments $common', ...own].join(' \\\n          ');
}

function option({ names, value, values, description }: DeclaredOption): string {
  const name = names.at(-1) ?? '';
  const told = `[${description.replaceAll(']', '\\]')}]`;
  // The one option that is given several times takes a name and a value.
  const often = value?.includes('=') ? '*' : '';
  return quoted(`${often}${name}${told}${value === undefined ? '' : `:${value}:${offer(values)}`}`);
}

function argument({ name, variadic, values }: DeclaredArgument, index: number): string {
  return quoted(`${variadic ? '*' : index + 1}:${name}:${offer(values)}`);
}

function offer(values: Values): string {
  if (values === undefined) return ' ';
  return values === 'file' ? '_files' : `(${values.join(' ')})`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
