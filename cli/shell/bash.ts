import type { Declared, DeclaredCommand, Values } from './declared.ts';

/** Completion for bash, to be sourced. */
export function bashCompletion(program: Declared): string {
  const { name } = program;
  const commands = program.commands.map((each) => each.name);
  return `# Completion of ${name} for bash, made by '${name} completion bash'.
_${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${namesWithValue(program).join('|')}) ((i++)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case "$command $before" in
${[program, ...program.commands].flatMap((each) => valueCases(each, each === program)).join('\n')}
  esac
  if [[ $word == -* ]]; then
    case $command in
${program.commands
  .filter(({ options }) => options.length > 0)
  .map((each) => `      ${each.name}) _${name}_words '${optionNames(program, each)}' ;;`)
  .join('\n')}
      *) _${name}_words '${optionNames(program)}' ;;
    esac
    return
  fi
  case $command in
    '') _${name}_words '${commands.join(' ')}' ;;
${program.commands.flatMap((each) => argumentCase(name, each)).join('\n')}
  esac
}
_${name}_words() { COMPREPLY=($(compgen -W "$1" -- "$word")); }
_${name}_files() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word"); }
complete -F _${name} ${name}
`;

  function valueCases(command: DeclaredCommand, everywhere: boolean): readonly string[] {
    return command.options.flatMap(({ names, value, values }) => {
      if (value === undefined) return [];
      const patterns = names.map((each) => (everywhere ? `*' ${each}'` : `'${command.name} ${each}'`));
      return [`    ${patterns.join('|')}) ${offer(name, values) ?? 'COMPREPLY=()'}; return ;;`];
    });
  }
}

function offer(name: string, values: Values): string | undefined {
  if (values === undefined) return undefined;
  return values === 'file' ? `_${name}_files` : `_${name}_words '${values.join(' ')}'`;
}

function argumentCase(name: string, command: DeclaredCommand): readonly string[] {
  const call = offer(name, command.arguments[0]?.values);
  return call === undefined ? [] : [`    ${command.name}) ${call} ;;`];
}

const namesWithValue = (program: Declared) =>
  program.options.filter(({ value }) => value !== undefined).flatMap(({ names }) => names);

const optionNames = (...commands: readonly DeclaredCommand[]) =>
  [...new Set(commands.flatMap(({ options }) => options.flatMap(({ names }) => names.slice(-1))))].join(' ');
