import type { Declared, DeclaredArgument, DeclaredCommand, DeclaredOption } from './declared.ts';

const exitStatuses: readonly (readonly [number, string])[] = [
  [0, 'Every claim held.'],
  [1, 'A claim failed, a rule of the kernel does not hold, or so much cannot be locked.'],
  [2, 'Bad usage or bad input.'],
  [3, 'It cannot run here; the reason is on standard error.'],
  [4, 'The run broke; the reason is on standard error.'],
  [5, 'Nothing was measured, because every claim was skipped.'],
];

const variables: readonly (readonly [string, string])[] = [
  ['PAGESCOPE_BUDGET_MIB', 'The memory, in MiB, that may be committed. A quarter of what is available when not set.'],
  [
    'PAGESCOPE_RECORDINGS_MIB',
    'The room, in MiB, for what the app records; 0 records nothing. It wins over what is set by --limit.',
  ],
  ['XDG_CONFIG_HOME', 'What recordings --limit sets is in its file pagescope/settings.json.'],
  ['XDG_DATA_HOME', 'Recordings are in its folder pagescope/recordings.'],
  ['LC_ALL, LC_MESSAGES, LANG', 'The language of texts, where --lang does not name one.'],
];

/**
 * The manual page, as man(7) has it.
 *
 * @param version of Pagescope
 */
export function manual(program: Declared, version: string): string {
  const { name, description } = program;
  return `${[
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}" "User Commands"`,
    '.SH NAME',
    `${name} \\- see memory page by page, as the kernel does`,
    '.SH SYNOPSIS',
    `.B ${name}`,
    '.br',
    `.B ${name}`,
    '.RI [ option ]\\~.\\|.\\|. " " command " " [ argument ]\\~.\\|.\\|.',
    '.SH DESCRIPTION',
    plain(description),
    'Without a command the app opens in a window, with a recording in it where a file named *.pagescope is given.',
    '.SH OPTIONS',
    ...program.options.flatMap(option),
    '.SH COMMANDS',
    ...program.commands.flatMap((each) => command(each)),
    '.SH EXIT STATUS',
    ...exitStatuses.flatMap(([status, text]) => tagged(`.B ${status}`, text)),
    '.SH ENVIRONMENT',
    ...variables.flatMap(([variable, text]) => tagged(`.B ${plain(variable)}`, text)),
    '.SH SEE ALSO',
    ['mincore', 'mlock', 'madvise', 'mmap', 'getrlimit'].map((page) => `.BR ${page} (2)`).join(',\n'),
  ].join('\n')}\n`;
}

function command({ name, description, options, arguments: taken }: DeclaredCommand): string[] {
  return [
    `.SS "${[name, ...taken.map(shown)].map(plain).join(' ')}"`,
    plain(`${description[0]?.toUpperCase()}${description.slice(1)}.`),
    ...taken.flatMap((each) =>
      each.description === '' ? [] : tagged(`.I ${plain(each.name)}`, each.description, among(each.values)),
    ),
    ...options.flatMap(option),
  ];
}

function shown({ name, required, variadic }: DeclaredArgument): string {
  const all = `${name}${variadic ? '...' : ''}`;
  return required ? all : `[${all}]`;
}

function option({ names, value, values, description, whenLeftOut }: DeclaredOption): string[] {
  const spelt = names.map((each) => `\\fB${plain(each)}\\fR`).join(', ');
  const head = value === undefined ? spelt : `${spelt} \\fI${plain(value)}\\fR`;
  const left = whenLeftOut === undefined ? '' : `; ${whenLeftOut} when not given`;
  return tagged(head, `${description}${left}`, among(values));
}

const among = (values: DeclaredOption['values']) => (Array.isArray(values) ? `One of ${values.join(', ')}.` : '');

/** A term and what it means. */
function tagged(term: string, text: string, more = ''): string[] {
  const sentence = `${text[0]?.toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
  return ['.TP', term, plain(sentence), ...(more === '' ? [] : [plain(more)])];
}

/** Text as roff takes it: a hyphen that can be copied, and no line that looks like a request. */
const plain = (text: string) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
